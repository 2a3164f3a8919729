import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { parseAppFile } from "../load-project.js";

const BASE = { OPENFACTORY_BASE_DOMAIN: "plant.test" };
const requestOf = (lines: string[], env: Record<string, string> = BASE) =>
  parseAppFile(
    ["apps:", "  a:", "    uuid: Press_One", "    image: x", ...lines.map((line) => `    ${line}`)].join("\n"),
    { file: "/srv/shop/apps.yml", env },
  ).apps[0]!.request;
const labelsOf = (lines: string[], env?: Record<string, string>) => requestOf(lines, env).labels;
const ruleOf = (routing: string, env?: Record<string, string>) =>
  labelsOf([`routing: {expose: true, port: 80, ${routing}}`], env)?.["traefik.http.routers.ofa-press-one.rule"];
const failureOf = (routing: string, env: Record<string, string>): DeploymentError => {
  try {
    labelsOf([`routing: {expose: true, port: 80, ${routing}}`], env);
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return error;
    throw error;
  }
  throw new Error("expected an error");
};

const router = {
  "traefik.enable": "true",
  "traefik.http.routers.ofa-press-one.service": "ofa-press-one",
  "traefik.http.routers.ofa-press-one.rule": "Host(`press-one.plant.test`)",
  "traefik.http.routers.ofa-press-one.entrypoints": "web",
  "traefik.http.services.ofa-press-one.loadbalancer.server.port": "8500",
};

describe("routing", () => {
  it("creates no labels unless expose is true", () => {
    expect(labelsOf(["routing: {port: 80, hostname: a}"])).toBeUndefined();
    expect(labelsOf(["routing: {expose: false}"], {})).toBeUndefined();
  });

  it("creates one router with the normalized uuid at the entry point web", () => {
    expect(labelsOf(["routing: {expose: true, port: 8500}"])).toEqual(router);
    expect(labelsOf(["routing: {expose: true, port: 8500}"], { ...BASE, OPENFACTORY_ENV: "prod" })).toEqual(router);
  });

  it("creates a second router on localhost, with two middlewares, with OPENFACTORY_ENV=dev", () => {
    expect(labelsOf(["routing: {expose: true, port: 8500}"], { ...BASE, OPENFACTORY_ENV: "dev" })).toEqual({
      ...router,
      "traefik.http.routers.ofa-press-one-external.rule": "Host(`localhost`) && PathPrefix(`/press-one`)",
      "traefik.http.routers.ofa-press-one-external.entrypoints": "web",
      "traefik.http.routers.ofa-press-one-external.service": "ofa-press-one",
      "traefik.http.routers.ofa-press-one-external.middlewares": "ofa-press-one-slash,ofa-press-one-strip",
      "traefik.http.middlewares.ofa-press-one-strip.stripprefix.prefixes": "/press-one",
      "traefik.http.middlewares.ofa-press-one-slash.redirectregex.regex": "^(/press-one)(\\?.*)?$",
      "traefik.http.middlewares.ofa-press-one-slash.redirectregex.replacement": "${1}/${2}",
    });
  });

  it.each([
    ["hostname: press-one", "Host(`press-one.plant.test`)"],
    ["hostname: Press_ONE", "Host(`press-one.plant.test`)"],
    ["hostname: My_Dash", "Host(`press-one.plant.test`) || Host(`my-dash.plant.test`)"],
    ["hostname: a__b.c", "Host(`press-one.plant.test`) || Host(`a-b-c.plant.test`)"],
    ["hostname: ", "Host(`press-one.plant.test`)"],
  ])("%s creates the rule %s under the base domain", (hostname, rule) => {
    expect(ruleOf(hostname)).toBe(rule);
  });

  it("uses hostname as the full host name without a base domain", () => {
    expect(ruleOf("hostname: Dash.example.com", {})).toBe("Host(`dash.example.com`)");
    expect(ruleOf("hostname: dash", { OPENFACTORY_BASE_DOMAIN: "" })).toBe("Host(`dash`)");
  });

  it("refuses an exposed app without base domain and hostname", () => {
    const [issue] = failureOf("", {}).issues;
    expect(issue?.location).toMatchObject({ line: 5, column: 5 });
    expect(issue?.message).toContain("OPENFACTORY_BASE_DOMAIN is not set, so the app has no host name");
  });

  it.each(["a b", "x`) || Host(`y", "http://plant.test", "plant..test"])("refuses the base domain %j", (domain) => {
    const error = failureOf("", { OPENFACTORY_BASE_DOMAIN: domain });
    expect(error.message).toContain("OPENFACTORY_BASE_DOMAIN is not a domain name");
    expect(JSON.stringify(error)).not.toContain(domain);
  });

  it("refuses a host name with a part longer than 63 characters", () => {
    expect(failureOf(`hostname: ${"h".repeat(64)}`, BASE).message).toContain("longer than 63 characters");
  });

  it("is overridden by the app's own labels", () => {
    const labels = labelsOf([
      "routing: {expose: true, port: 80}",
      'labels: {traefik.enable: "false", traefik.http.routers.ofa-press-one.rule: Host(`dash.example.com`)}',
    ]);
    expect(labels).toMatchObject({
      "traefik.enable": "false",
      "traefik.http.routers.ofa-press-one.rule": "Host(`dash.example.com`)",
    });
  });
});
