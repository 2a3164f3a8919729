import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { createSwarmFixture } from "./docker-fixtures.js";
import { checkScenario, skipReason } from "./scenarios/check-scenario.js";
import { checkPolicyOperations } from "./scenarios/policy.js";
import { SCENARIOS } from "./scenarios/table.js";

let swarm: Swarm;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
  const fixture = createSwarmFixture(new RawEngine(swarm.managers[0]?.host ?? ""));
  try {
    if (skipReason(scenario, fixture) === undefined) await checkScenario(scenario, fixture);
  } finally {
    await fixture.cleanUp();
  }
});

test("a policy refuses to start or enter what it forbids, before any change", async () => {
  const fixture = createSwarmFixture(new RawEngine(swarm.managers[0]?.host ?? ""));
  try {
    await checkPolicyOperations(fixture);
  } finally {
    await fixture.cleanUp();
  }
});
