import { randomBytes } from "node:crypto";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

const NAME = `host-ports-${randomBytes(3).toString("hex")}`;

let swarm: Swarm;
let raw: RawEngine;
let strategy: SwarmDeploymentStrategy;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  const host = swarm.managers[0]?.host ?? "";
  raw = new RawEngine(host);
  strategy = new SwarmDeploymentStrategy(createEngine({ host }));
});
afterEach(async () => {
  await strategy.remove(NAME, { wait: true }).catch(() => undefined);
  await strategy.removeResource("network", NAME).catch(() => undefined);
  await raw.request("DELETE", `/containers/${NAME}?force=true`);
});
afterAll(async () => {
  await strategy.close();
  await swarm.down();
});

const request = (part: Partial<DeployRequest>): DeployRequest => ({
  name: NAME,
  image: TEST_IMAGE,
  command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"],
  ...part,
});

test.each([
  [true, []],
  [false, [8095]],
])(
  "inspect() lists a port in mode host only where the node has published it: network internal %s",
  async (internal, expected) => {
    await strategy.createResource({ kind: "network", name: NAME, labels: {}, internal });
    await strategy.deploy(request({ networks: [NAME], ports: [{ target: 80, published: 8095, mode: "host" }] }));
    await strategy.wait(NAME);
    expect((await strategy.inspect(NAME)).ports.map(({ published }) => published)).toEqual(expected);
  },
);

test("preflight() finds the container of the manager's node that publishes a port of the routing mesh", async () => {
  const Labels = { "org.openfactory.deploy.test": "1" };
  const HostConfig = { PortBindings: { "80/tcp": [{ HostPort: "8096" }] } };
  await raw.call("POST", `/containers/create?name=${NAME}`, {
    Image: TEST_IMAGE,
    Cmd: ["sleep", "100"],
    Labels,
    ExposedPorts: { "80/tcp": {} },
    HostConfig,
  });
  await raw.call("POST", `/containers/${NAME}/start`);
  const found = await strategy.preflight([{ request: request({ ports: { 8096: 80 } }), updates: false }]);
  expect(found).toMatchObject([
    { code: "CONFLICT", field: "ports", message: expect.stringContaining(`by container ${NAME}`) },
  ]);
});
