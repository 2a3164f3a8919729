import { expect, it } from "vitest";
import { contextFiles } from "../../test/contexts.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import { resolveEndpoint } from "./resolve-endpoint.js";

const everything = () => ({
  host: "tcp://option:1",
  context: "chosen",
  platform: "linux" as const,
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

it("asks in the docker command's order", () => {
  const { host, context, platform, env } = everything();
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
  expect(found.map((endpoint) => endpoint.host)).toEqual([
    "tcp://option:1",
    "tcp://chosen:1",
    "tcp://environment:1",
    "tcp://named:1",
    "tcp://current:1",
    "unix:///var/run/docker.sock",
  ]);
});
