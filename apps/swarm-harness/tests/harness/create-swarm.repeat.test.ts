import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSwarm, type Swarm } from "../../src/create-swarm.js";
import { nodesOf, runningNodes, serve } from "./swarm-state.support.js";

let swarm: Swarm;

beforeAll(async () => {
  swarm = await createSwarm({ nodes: 3, managers: 1, engine: "20.10", images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("disconnect() makes a node down, and reconnect() makes it ready again", async () => {
  const state = async (name: string) =>
    (await nodesOf(swarm)).find((node) => node.Description.Hostname === name)?.Status.State;
  await swarm.nodes[2]!.disconnect();
  await expect.poll(() => state("node-3")).toBe("down");
  await swarm.nodes[2]!.reconnect();
  await expect.poll(() => state("node-3")).toBe("ready");
});

test("kill() makes a node down and moves its tasks to other nodes", async () => {
  await serve(swarm, "survivor", 3);
  await expect.poll(async () => (await runningNodes(swarm, "survivor")).length).toBe(3);
  await swarm.nodes[1]!.kill();
  const lost = (await nodesOf(swarm)).find((node) => node.Description.Hostname === "node-2")!.ID;
  await expect.poll(async () => (await nodesOf(swarm)).find((node) => node.ID === lost)?.Status.State).toBe("down");
  await expect.poll(async () => (await runningNodes(swarm, "survivor")).filter((id) => id !== lost).length).toBe(3);
  await swarm.nodes[1]!.start();
  await expect.poll(async () => (await nodesOf(swarm)).find((node) => node.ID === lost)?.Status.State).toBe("ready");
});
