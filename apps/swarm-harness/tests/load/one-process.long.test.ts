import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeHttpEngine, startFakeHttpEngine } from "./fake-http-engine.js";
import { expectNoGrowth, MIB, runLong } from "./run-long.js";

/** On a fake engine; `LOAD_DEPLOYS` sets another number. */
const DEPLOYS = Number(process.env["LOAD_DEPLOYS"] ?? 10_000);
/** On a real swarm, whose managers write each of them to disk. */
const REAL_DEPLOYS = Number(process.env["LOAD_REAL_DEPLOYS"] ?? 2_000);
/** Ten minutes: `LOAD_LOG_SECONDS=600`. */
const LOG_SECONDS = Number(process.env["LOAD_LOG_SECONDS"] ?? 20);

let fake: FakeHttpEngine;
beforeAll(async () => {
  fake = await startFakeHttpEngine();
});
afterAll(() => fake?.close());

test.each(["swarm", "docker"])(
  `${DEPLOYS} deploys, waits and removes on %s in one process leave no service, and neither memory, sockets, timers nor listeners grow`,
  { timeout: 1_800_000 },
  async (work) => {
    const found = await runLong(work, fake.host, DEPLOYS);
    expectNoGrowth(found, 3 * MIB);
    expect(fake.names()).toEqual([]);
  },
);

test(
  `following the logs of 100 noisy services for ${LOG_SECONDS} s takes no more memory at the end than at the beginning`,
  { timeout: LOG_SECONDS * 1000 + 600_000 },
  async () => {
    const found = await runLong("logs", fake.host, LOG_SECONDS);
    expect(found.at(-1)?.done).toBeGreaterThan(10_000);
    // Each stream has some data in memory, more or less as the machine is busy.
    expectNoGrowth(found.slice(0, -1), 20 * MIB, 4);
    // After the end, no stream stays open.
    expect(found.at(-1)?.resources["PipeWrap"] ?? 0).toBeLessThanOrEqual(17);
  },
);

test(`${REAL_DEPLOYS} deploys in one process on a real swarm`, { timeout: 1_800_000 }, async () => {
  const swarm: Swarm = await createSwarm({ nodes: 1, images: [TEST_IMAGE] });
  try {
    const host = swarm.managers[0]?.host ?? "";
    expectNoGrowth(await runLong("swarm", host, REAL_DEPLOYS), 3 * MIB);
    expect(await swarm.managers[0]?.api.call("GET", "/services")).toEqual([]);
  } finally {
    await swarm.down();
  }
});
