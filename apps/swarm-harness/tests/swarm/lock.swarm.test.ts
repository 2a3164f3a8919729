import type { LockHolder } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

let swarm: Swarm;
let strategies: SwarmDeploymentStrategy[];
beforeAll(async () => {
  swarm = await createSwarm({ nodes: 3, managers: 3 });
  strategies = swarm.managers.map(({ host }) => new SwarmDeploymentStrategy(createEngine({ host })));
});
afterAll(async () => {
  await Promise.all(strategies.map((strategy) => strategy.close()));
  await swarm.down();
});

const holder = (number: number): LockHolder => ({
  id: `holder-${number}`,
  owner: `ada@bench-${number} (ofdeploy up, pid ${number})`,
  since: "2026-01-01T00:00:00Z",
});
/** The strategy of one of the managers. */
const anyOf = (number: number): SwarmDeploymentStrategy =>
  strategies[number % strategies.length] as SwarmDeploymentStrategy;

test("of many concurrent lock() calls on all managers one succeeds, and the others return the holder", async () => {
  const holders = Array.from({ length: 12 }, (_, number) => holder(number));
  for (let round = 0; round < 5; round += 1) {
    const results = await Promise.all(holders.map((who, number) => anyOf(number).lock("weather", who)));
    const winners = holders.filter((_, number) => results[number] === undefined);
    expect(winners).toHaveLength(1);
    const [winner] = winners as [LockHolder];
    expect(results.filter((who) => who !== undefined)).toEqual(Array(11).fill(winner));
    await anyOf(round).unlock("weather", holder(99).id);
    expect(await anyOf(round).lock("weather", holder(99))).toEqual(winner);
    await anyOf(round + 1).unlock("weather", winner.id);
  }
});

test("a lock is held after the loss of a manager", async () => {
  expect(await anyOf(0).lock("lost-manager", holder(1))).toBeUndefined();
  await swarm.managers[0]?.kill();
  // The other two managers elect a leader first.
  await vi.waitFor(async () => expect(await anyOf(1).lock("lost-manager", holder(2))).toEqual(holder(1)), {
    timeout: 60_000,
    interval: 500,
  });
  await anyOf(2).unlock("lost-manager", holder(1).id);
  expect(await anyOf(1).lock("lost-manager", holder(2))).toBeUndefined();
});
