import { listLeftovers, RawEngine } from "@openfactory/test-engine";
import { expect, test } from "vitest";
import { createEngine } from "../../src/create-swarm.js";
import { createSwarm } from "../../src/create-swarm.js";
import { SWARM } from "../../src/node-resources.js";

const hostEngine = new RawEngine(process.env.DOCKER_HOST!);
const leftovers = (name: string) => listLeftovers(hostEngine, `${SWARM}=${name}`);

test("createEngine() returns an engine without a swarm", async () => {
  const engine = await createEngine({ engine: "20.10" });
  try {
    const { Swarm, ServerVersion } = await engine.api.call("GET", "/info");
    expect(Swarm.LocalNodeState).toBe("inactive");
    expect(ServerVersion).toMatch(/^20\.10\./);
  } finally {
    await engine.down();
  }
});

test("createSwarm() leaves nothing when it fails", async () => {
  const name = "failed-swarm-image";
  await expect(createSwarm({ name, nodes: 2, images: ["openfactory/no-such-image:1"] })).rejects.toThrow(
    "no-such-image:1",
  );
  expect(await leftovers(name)).toEqual([]);
});

test("createSwarm() leaves nothing when it is aborted", async () => {
  const name = "failed-swarm-abort";
  const abort = new AbortController();
  const creation = createSwarm({ name, nodes: 2, signal: abort.signal });
  const outcome = expect(creation).rejects.toThrow("enough");
  await expect.poll(() => leftovers(name)).toContain(`container ${name}-node-1`);
  abort.abort(new Error("enough"));
  await outcome;
  expect(await leftovers(name)).toEqual([]);
});

test("createSwarm() rejects more managers than nodes before it starts any", async () => {
  await expect(createSwarm({ nodes: 1, managers: 2 })).rejects.toThrow("A swarm of 1 nodes can't have 2 managers");
});
