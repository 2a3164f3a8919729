import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { inspect } from "node:util";
import Docker from "dockerode";
import { expect, it, afterEach, describe, vi } from "vitest";
import { answering, fakeEngine } from "../../test/fake-engine.js";
import { ConnectionAgent } from "./agent.js";
import {
  readBody,
  createDocker,
  dial,
  errorAnswer,
  filterQuery,
  imagePath,
  queryAndBody,
  segment,
} from "./dockerode.js";

const answer = (): IncomingMessage => new IncomingMessage(new Socket());

it("readBody() joins a character that is split over two chunks", async () => {
  const response = answer();
  const read = readBody(response);
  const bytes = Buffer.from("Mühle");
  for (const piece of [bytes.subarray(0, 2), bytes.subarray(2), null]) response.push(piece);
  await expect(read).resolves.toBe("Mühle");
});

it("readBody() rejects with the connection's error, and with ECONNRESET without one", async () => {
  for (const [error, code] of [
    [Object.assign(new Error("no"), { code: "EPIPE" }), "EPIPE"],
    [undefined, "ECONNRESET"],
  ] as const) {
    const response = answer();
    const read = readBody(response);
    response.push("half");
    response.destroy(error);
    await expect(read).rejects.toMatchObject({ code });
  }
});

const { signal } = new AbortController();
const TCP = { kind: "tcp", host: "tcp://[::1]:2375/proxy", hostname: "::1", port: 2375, pathPrefix: "/proxy" } as const;

describe("createDocker()", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("ignores the process's own DOCKER_HOST and certificates, and leaves them as they are", () => {
    vi.stubEnv("DOCKER_HOST", "tcp://[broken");
    vi.stubEnv("DOCKER_CERT_PATH", "/nowhere");
    createDocker(Docker, TCP, new ConnectionAgent(() => expect.unreachable()));
    expect(process.env["DOCKER_HOST"]).toBe("tcp://[broken");
  });

  it("puts a proxy's path in front of the version, and sends the proxy's name as Host", async () => {
    const { host, requests } = await fakeEngine(answering(200, []));
    const { connect } = await import("node:net");
    const agent = new ConnectionAgent(() => connect(host.slice("unix://".length)));
    await createDocker(Docker, TCP, agent, "1.41").listContainers();
    await createDocker(Docker, TCP, agent).listContainers();
    agent.destroy();
    expect(requests.map(({ url }) => url)).toEqual(["/proxy/v1.41/containers/json", "/proxy/containers/json"]);
    expect(requests[0]?.headers).toMatchObject({ host: "[::1]:2375", "user-agent": "openfactory-deploy" });
  });

  it("hides headers, which may hold credentials, from docker-modem's log", async () => {
    const docker = createDocker(Docker, TCP, new ConnectionAgent(() => expect.unreachable()));
    let shown = "";
    vi.spyOn(docker.modem, "buildRequest").mockImplementation((...[options, , , callback]: unknown[]) => {
      shown = inspect(options, { showHidden: true, depth: null });
      (callback as (error: Error) => void)(new Error("enough"));
    });
    const call = dial(docker, { path: "/x", authconfig: { base64: "sesame" } }, signal);
    await expect(call).rejects.toThrow("enough");
    expect(shown).toContain("path");
    expect(shown).not.toContain("sesame");
  });
});

describe("errorAnswer()", () => {
  const thrown = (properties: object, message = "m"): Error => Object.assign(new Error(message), properties);

  it.each([
    [thrown({ statusCode: 404, body: "<html>" }), "<html>"],
    [thrown({ statusCode: 404 }), ""],
  ])("has the body of %o", (error, body) => {
    expect(errorAnswer(error)).toMatchObject({ status: 404, body });
  });

  it("is undefined for an error without an answer", () => {
    expect(errorAnswer(thrown({ code: "ECONNRESET" }))).toBeUndefined();
  });
});

it("queryAndBody() leaves out the query's undefined values", () => {
  expect(queryAndBody({ a: 1, b: undefined }, { c: 2 })).toEqual({ _query: { a: 1 }, _body: { c: 2 } });
});

it("segment() and imagePath() escape names", () => {
  expect(segment("a/b?c d")).toBe("a%2Fb%3Fc%20d");
  expect(imagePath("host:5000/a/b:1")).toBe("host%3A5000/a/b%3A1");
});

it.each(["", ".", ".."])("segment() and imagePath() reject %j, which would name another path", (name) => {
  expect(() => segment(name)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  expect(() => imagePath(`a/${name}/b`)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});

it("filterQuery() writes filters as JSON, and nothing without filters", () => {
  expect(filterQuery({ label: ["a=b"] })).toEqual({ filters: '{"label":["a=b"]}' });
  expect([filterQuery({}), filterQuery(undefined)]).toEqual([{}, {}]);
});
