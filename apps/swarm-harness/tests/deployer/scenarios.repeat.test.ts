import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe } from "vitest";
import { createLocalFixture, createSwarmFixture } from "./docker-fixtures.js";
import { policyOn, scenariosOn } from "./scenarios-on.support.js";
import { SCENARIOS } from "./scenarios/table.js";

/** Those that `npm test` runs on the test double only. */
const OTHERS = SCENARIOS.filter(({ onEngines }) => !onEngines);

describe("on an engine", () => scenariosOn(() => createLocalFixture(process.env["DOCKER_HOST"] ?? ""), OTHERS));

describe("on a swarm", () => {
  let swarm: Swarm;
  beforeAll(async () => {
    swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  });
  afterAll(() => swarm?.down());

  const onSwarm = () => createSwarmFixture(swarm.managers[0]!.api);
  scenariosOn(onSwarm, OTHERS);
  policyOn(onSwarm);
});
