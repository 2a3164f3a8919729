import { listLeftovers, RawEngine } from "@openfactory/test-engine";
import { expect, test } from "vitest";
import { createEngine } from "../../src/create-engine.js";
import { createSwarm } from "../../src/create-swarm.js";
import { SWARM } from "../../src/labels.js";

const underneath = new RawEngine(process.env.DOCKER_HOST!);
const leftOf = (name: string) => listLeftovers(underneath, `${SWARM}=${name}`);

test("one engine by itself is in no swarm", async () => {
  const engine = await createEngine({ engine: "20.10" });
  try {
    const { Swarm, ServerVersion } = await engine.api.call("GET", "/info");
    expect(Swarm.LocalNodeState).toBe("inactive");
    expect(ServerVersion).toMatch(/^20\.10\./);
  } finally {
    await engine.down();
  }
});

test("a swarm that cannot come up leaves nothing", async () => {
  const name = "failed-swarm-image";
  await expect(createSwarm({ name, nodes: 2, images: ["openfactory/no-such-image:1"] })).rejects.toThrow(
    "no-such-image:1",
  );
  expect(await leftOf(name)).toEqual([]);
});

test("a swarm that is aborted while it comes up leaves nothing", async () => {
  const name = "failed-swarm-abort";
  const abort = new AbortController();
  const creation = createSwarm({ name, nodes: 2, signal: abort.signal });
  const outcome = expect(creation).rejects.toThrow("enough");
  await expect.poll(() => leftOf(name), { timeout: 60_000 }).toContain(`container ${name}-node-1`);
  abort.abort(new Error("enough"));
  await outcome;
  expect(await leftOf(name)).toEqual([]);
});

test("more managers than nodes are refused before anything starts", async () => {
  await expect(createSwarm({ nodes: 1, managers: 2 })).rejects.toThrow("A swarm of 1 nodes cannot have 2 managers");
});
