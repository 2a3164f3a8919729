import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll } from "vitest";
import { createSwarmFixture } from "./docker-fixtures.js";
import { scenariosOn } from "./scenarios-on.support.js";
import { SCENARIOS } from "./scenarios/table.js";

let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

// The other scenarios: scenarios.repeat.test.ts.
scenariosOn(
  () => createSwarmFixture(swarm.managers[0]!.api),
  SCENARIOS.filter(({ onEngines }) => onEngines),
);
