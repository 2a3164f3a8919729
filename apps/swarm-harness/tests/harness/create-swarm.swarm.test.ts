import { listLeftovers, RawEngine, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSwarm, type Swarm } from "../../src/create-swarm.js";
import { SWARM } from "../../src/node-resources.js";

const hostEngine = new RawEngine(process.env.DOCKER_HOST!);
let swarm: Swarm;

beforeAll(async () => {
  swarm = await createSwarm({ nodes: 3, managers: 1, engine: "20.10", images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

interface NodeInfo {
  readonly ID: string;
  readonly Spec: { readonly Role: string };
  readonly Status: { readonly State: string };
  readonly Description: { readonly Hostname: string; readonly Engine: { readonly EngineVersion: string } };
}

const manager = () => swarm.managers[0]!.api;
const nodes = async () => (await manager().call("GET", "/nodes")) as NodeInfo[];
const runningNodes = async (service: string) => {
  const filters = encodeURIComponent(JSON.stringify({ service: [service], "desired-state": ["running"] }));
  const tasks = (await manager().call("GET", `/tasks?filters=${filters}`)) as {
    NodeID: string;
    Status: { State: string };
  }[];
  return tasks.filter((task) => task.Status.State === "running").map((task) => task.NodeID);
};
const serve = (name: string, replicas: number, image = TEST_IMAGE) =>
  manager().call("POST", "/services/create", {
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: image, Command: ["sleep", "3600"], StopGracePeriod: 0 } },
    Mode: { Replicated: { Replicas: replicas } },
  });

test("createSwarm() returns three ready nodes with their own names, one of them a manager", async () => {
  const found = await nodes();
  expect(found.map((node) => node.Description.Hostname).sort()).toEqual(["node-1", "node-2", "node-3"]);
  expect(found.map((node) => node.Status.State)).toEqual(["ready", "ready", "ready"]);
  expect(found.filter((node) => node.Spec.Role === "manager").map((node) => node.Description.Hostname)).toEqual([
    "node-1",
  ]);
  expect(found.every((node) => node.Description.Engine.EngineVersion.startsWith("20.10."))).toBe(true);
});

test("tasks of a service run on all nodes", async () => {
  await serve("spread", 3);
  await expect.poll(async () => new Set(await runningNodes("spread")).size, { timeout: 60_000 }).toBe(3);
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

test("disconnect() makes a node down, and reconnect() makes it ready again", async () => {
  const state = async (name: string) =>
    (await nodes()).find((node) => node.Description.Hostname === name)?.Status.State;
  await swarm.nodes[2]!.disconnect();
  await expect.poll(() => state("node-3"), { timeout: 60_000 }).toBe("down");
  await swarm.nodes[2]!.reconnect();
  await expect.poll(() => state("node-3"), { timeout: 60_000 }).toBe("ready");
});

test("kill() makes a node down and moves its tasks to other nodes", async () => {
  await serve("survivor", 3);
  await expect.poll(async () => (await runningNodes("survivor")).length, { timeout: 60_000 }).toBe(3);
  await swarm.nodes[1]!.kill();
  const lost = (await nodes()).find((node) => node.Description.Hostname === "node-2")!.ID;
  await expect
    .poll(async () => (await nodes()).find((node) => node.ID === lost)?.Status.State, { timeout: 60_000 })
    .toBe("down");
  await expect
    .poll(async () => (await runningNodes("survivor")).filter((id) => id !== lost).length, { timeout: 60_000 })
    .toBe(3);
  await swarm.nodes[1]!.start();
  await expect
    .poll(async () => (await nodes()).find((node) => node.ID === lost)?.Status.State, { timeout: 60_000 })
    .toBe("ready");
});

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
