import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterEach, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const NAME = "unreadable-logs-test";

const readAll = async (lines: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of lines);
};

afterEach(() => raw.request("DELETE", `/containers/${NAME}?force=true`));

test.each([
  ["none", {}],
  ["syslog", { "syslog-address": "udp://127.0.0.1:5514", "cache-disabled": "true" }],
])("logs() rejects with UNSUPPORTED and names the logging driver %s, followed or not", async (Type, Config) => {
  await raw.call("POST", `/containers/create?name=${NAME}`, {
    Image: TEST_IMAGE,
    Cmd: ["sleep", "100"],
    Labels: TEST_LABELS,
    HostConfig: { LogConfig: { Type, Config } },
  });
  await raw.call("POST", `/containers/${NAME}/start`);
  const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
  try {
    for (const follow of [false, true]) {
      await expect(readAll(strategy.logs(NAME, { follow }))).rejects.toMatchObject({
        code: "UNSUPPORTED",
        service: NAME,
        message: `The log of container ${NAME} can't be read: its logging driver ${Type} does not support reading.`,
        hint: expect.stringContaining("json-file"),
      });
    }
  } finally {
    await strategy.close();
  }
});
