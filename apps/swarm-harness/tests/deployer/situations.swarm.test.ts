import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { swarmKit } from "./docker-kits.js";
import { checkSituation, whyNot } from "./situations/check-situation.js";
import { SITUATIONS } from "./situations/table.js";

let swarm: Swarm;

beforeAll(async () => {
  swarm = await createSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test.each(SITUATIONS.map((situation) => [situation.name, situation] as const))("%s", async (_, situation) => {
  const kit = swarmKit(new RawEngine(swarm.managers[0]?.host ?? ""));
  try {
    if (whyNot(situation, kit) === undefined) await checkSituation(situation, kit);
  } finally {
    await kit.cleanUp();
  }
});
