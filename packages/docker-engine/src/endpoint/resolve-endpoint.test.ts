import { describe, expect, it } from "vitest";
import { contextFiles } from "../../test/contexts.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { resolveEndpoint } from "./resolve-endpoint.js";

const platform = "linux";

const everything = () => ({
  host: "tcp://option:1",
  context: "chosen",
  env: {
    DOCKER_HOST: "tcp://environment:1",
    DOCKER_CONTEXT: "named",
    DOCKER_CONFIG: temporaryDirectory({
      "config.json": JSON.stringify({ currentContext: "current" }),
      ...contextFiles("chosen", { Host: "tcp://chosen:1" }),
      ...contextFiles("named", { Host: "tcp://named:1" }),
      ...contextFiles("current", { Host: "tcp://current:1" }),
    }),
  },
});

const withCurrent = (name: string): string =>
  temporaryDirectory({
    "config.json": JSON.stringify({ currentContext: name }),
    ...contextFiles("prod", { Host: "ssh://prod" }),
  });

it("resolveEndpoint() takes the first of --host, --context, DOCKER_HOST, DOCKER_CONTEXT, current context, default socket", () => {
  const { host, context, env } = everything();
  const { DOCKER_HOST: _host, ...withoutHost } = env;
  const { DOCKER_CONTEXT: _context, ...withoutBoth } = withoutHost;
  const found = [
    resolveEndpoint({ host, context, env, platform }),
    resolveEndpoint({ context, env, platform }),
    resolveEndpoint({ env, platform }),
    resolveEndpoint({ env: withoutHost, platform }),
    resolveEndpoint({ env: withoutBoth, platform }),
    resolveEndpoint({ env: { DOCKER_CONFIG: temporaryDirectory() }, platform }),
  ];
  expect(found.map((endpoint) => [endpoint.host, endpoint.source])).toEqual([
    ["tcp://option:1", "--host"],
    ["tcp://chosen:1", 'context "chosen"'],
    ["tcp://environment:1", "DOCKER_HOST"],
    ["tcp://named:1", 'context "named"'],
    ["tcp://current:1", 'context "current"'],
    ["unix:///var/run/docker.sock", "the default address"],
  ]);
});

describe("the context default", () => {
  it("as --context is the address in DOCKER_HOST, or the default socket", () => {
    const env = { DOCKER_HOST: "tcp://a:1", DOCKER_CONTEXT: "nope" };
    expect(resolveEndpoint({ context: "default", env, platform })).toMatchObject({ host: "tcp://a:1" });
    expect(resolveEndpoint({ context: "default", env: {}, platform })).toMatchObject({ path: "/var/run/docker.sock" });
  });

  it("in DOCKER_CONTEXT is the default socket, whatever the current context is", () => {
    const env = { DOCKER_CONTEXT: "default", DOCKER_CONFIG: withCurrent("prod") };
    expect(resolveEndpoint({ env, platform })).toMatchObject({ kind: "socket" });
  });

  it("as the current context is the default socket", () => {
    const env = { DOCKER_CONFIG: withCurrent("default") };
    expect(resolveEndpoint({ env, platform })).toMatchObject({ kind: "socket" });
  });
});

describe("an unknown context", () => {
  const DOCKER_CONFIG = "/nowhere";

  it.each([
    ["--context", { context: "nope", env: { DOCKER_CONFIG } }],
    ["DOCKER_CONTEXT", { env: { DOCKER_CONFIG, DOCKER_CONTEXT: "nope" } }],
  ])("is an error that names %s", (source, input) => {
    expect(() => resolveEndpoint({ ...input, platform })).toThrow(source);
  });

  it("is an error that names config.json", () => {
    const env = { DOCKER_CONFIG: withCurrent("gone") };
    expect(() => resolveEndpoint({ env, platform })).toThrow("currentContext of config.json");
  });
});

it("an empty DOCKER_HOST names no engine", () => {
  const env = { DOCKER_HOST: "", DOCKER_CONFIG: temporaryDirectory() };
  expect(resolveEndpoint({ env, platform })).toMatchObject({ source: "the default address" });
});

it("the environment's TLS settings apply to DOCKER_HOST", () => {
  const env = { DOCKER_HOST: "tcp://a", DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG: temporaryDirectory() };
  expect(resolveEndpoint({ env, platform })).toMatchObject({ host: "tcp://a:2376", tls: { verify: true } });
});

it("the default address is a socket, and a named pipe on Windows", () => {
  const env = { DOCKER_CONFIG: temporaryDirectory() };
  expect(resolveEndpoint({ env, platform: "linux" })).toMatchObject({ path: "/var/run/docker.sock" });
  expect(resolveEndpoint({ env, platform: "win32" })).toMatchObject({ path: "//./pipe/docker_engine" });
});
