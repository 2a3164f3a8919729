import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { toContainerCreateBody } from "../container.js";
import { fromServiceSpec, toServiceSettings, toServiceSpec } from "../service.js";

const API = { apiVersion: "1.41" };
const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const containerOf = (more: Partial<DeployRequest>) => toServiceSpec(request(more), API).TaskTemplate.ContainerSpec;

const texts: Partial<DeployRequest> = {
  env: ["A={{.ID}} {{{ }} {{{{", "{{NAME}}=x"],
  hostname: "h-{{x}}",
  mounts: [
    {
      Type: "volume",
      Source: "data",
      Target: "/m/{{x}}",
      VolumeOptions: { Labels: { a: "{{l}}" }, DriverConfig: { Name: "local", Options: { o: "{{o}}" } } },
    },
    { Type: "bind", Source: "/b/{{s}}", Target: "/s" },
  ],
};

describe("templates: literal", () => {
  it("escapes {{ only in the texts that a swarm expands", () => {
    const { Env, Hostname, Mounts } = containerOf({ ...texts, templates: "literal" });
    expect(Env).toEqual(['A={{"{{"}}.ID}} {{"{{"}}{ }} {{"{{"}}{{"{{"}}', "{{NAME}}=x"]);
    expect(Hostname).toBe('h-{{"{{"}}x}}');
    expect(Mounts?.[0]).toMatchObject({
      Target: '/m/{{"{{"}}x}}',
      VolumeOptions: { Labels: { a: '{{"{{"}}l}}' }, DriverConfig: { Options: { o: '{{"{{"}}o}}' } } },
    });
    expect(Mounts?.[1]?.Source).toBe('/b/{{"{{"}}s}}');
  });

  it("is read from a service as requested", () => {
    const asked = request({ ...texts, templates: "literal" });
    const read = fromServiceSpec(toServiceSpec(asked, API));
    expect(read).toMatchObject({ hostname: "h-{{x}}", templates: "literal" });
    expect(new Set(read.env)).toEqual(new Set(texts.env));
    expect(read.mounts?.map(({ Source, Target }) => [Source, Target])).toEqual([
      ["data", "/m/{{x}}"],
      ["/b/{{s}}", "/s"],
    ]);
    expect(toServiceSettings(parseRequest(read), API)).toStrictEqual(read);
  });

  it("changes neither a container nor the request", () => {
    const asked = request({ ...texts, templates: "literal" });
    expect(toContainerCreateBody(asked, API)).toMatchObject({ Env: texts.env, Hostname: texts.hostname });
    toServiceSpec(asked, API);
    expect(asked.env).toEqual(texts.env);
  });

  it("differs from templates: expand of the same text", () => {
    const settings = (templates: "expand" | "literal") =>
      toServiceSettings(request({ env: ["A={{.ID}}"], templates }), API);
    expect(settings("literal")).not.toEqual(settings("expand"));
  });

  it("has no effect on texts without {{", () => {
    const plain = toServiceSettings(request({ env: ["A=}}"] }), API);
    expect(toServiceSettings(request({ env: ["A=}}"], templates: "literal" }), API)).toStrictEqual(plain);
    expect(toServiceSettings(request({ env: ["A=}}"], templates: "expand" }), API)).toStrictEqual(plain);
  });
});

describe("templates: expand", () => {
  it("sends templates unchanged and reads them from a service", () => {
    const asked = request({
      env: ["A={{.Task.Slot}}", 'B={{"{{"}}'],
      hostname: "{{.Node.Hostname}}",
      templates: "expand",
    });
    expect(containerOf(asked)).toMatchObject({ Env: asked.env, Hostname: asked.hostname });
    expect(fromServiceSpec(toServiceSpec(asked, API))).toMatchObject({
      env: asked.env,
      hostname: asked.hostname,
      templates: "expand",
    });
  });
});
