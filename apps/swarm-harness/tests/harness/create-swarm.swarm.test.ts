import { listLeftovers, RawEngine, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSwarm, type Swarm } from "../../src/create-swarm.js";
import { SWARM } from "../../src/node-resources.js";
import { nodesOf, runningNodes, serve } from "./swarm-state.support.js";

const hostEngine = new RawEngine(process.env.DOCKER_HOST!);
let swarm: Swarm;

beforeAll(async () => {
  swarm = await createSwarm({ nodes: 3, managers: 1, engine: "20.10", images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("createSwarm() returns three ready nodes with their own names, one of them a manager", async () => {
  const found = await nodesOf(swarm);
  expect(found.map((node) => node.Description.Hostname).sort()).toEqual(["node-1", "node-2", "node-3"]);
  expect(found.map((node) => node.Status.State)).toEqual(["ready", "ready", "ready"]);
  expect(found.filter((node) => node.Spec.Role === "manager").map((node) => node.Description.Hostname)).toEqual([
    "node-1",
  ]);
  expect(found.every((node) => node.Description.Engine.EngineVersion.startsWith("20.10."))).toBe(true);
});

test("tasks of a service run on all nodes", async () => {
  await serve(swarm, "spread", 3);
  await expect.poll(async () => new Set(await runningNodes(swarm, "spread")).size).toBe(3);
});

test("nodes pull from a registry on the host machine", async () => {
  const registry = await startRegistry({ address: swarm.gateway });
  try {
    await swarm.nodes[1]!.api.call("POST", `/images/${TEST_IMAGE}/tag?repo=${registry.host}/app&tag=1`);
    await swarm.nodes[1]!.api.call("POST", `/images/${registry.host}/app/push?tag=1`, undefined, {
      headers: { "X-Registry-Auth": registry.registryAuth },
    });
    await swarm.nodes[2]!.api.call("POST", `/images/create?fromImage=${registry.host}/app&tag=1`);
    expect((await swarm.nodes[2]!.api.request("GET", `/images/${registry.host}/app:1/json`)).status).toBe(200);
  } finally {
    await registry.stop();
  }
});

// Nodes that are killed or disconnected: create-swarm.repeat.test.ts.
test("down() removes nodes, networks and volumes", async () => {
  const volumes = async () =>
    ((await hostEngine.call("GET", "/volumes")).Volumes ?? []).map((one: { Name: string }) => one.Name) as string[];
  const details = await Promise.all(
    swarm.nodes.map((node) => hostEngine.call("GET", `/containers/${node.container}/json`)),
  );
  const own = details.flatMap((one) =>
    one.Mounts.filter((mount: { Type: string }) => mount.Type === "volume").map(
      (mount: { Name: string }) => mount.Name,
    ),
  );
  expect(own).toHaveLength(3);
  const label = `${SWARM}=${swarm.name}`;
  expect(await listLeftovers(hostEngine, label)).toHaveLength(4);
  await swarm.down();
  expect(await listLeftovers(hostEngine, label)).toEqual([]);
  expect((await volumes()).filter((name) => own.includes(name))).toEqual([]);
});
