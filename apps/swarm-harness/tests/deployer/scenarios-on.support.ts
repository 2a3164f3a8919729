import { test } from "vitest";
import type { DockerFixture } from "./docker-fixtures.js";
import { checkScenario, skipReason } from "./scenarios/check-scenario.js";
import { checkPolicyOperations } from "./scenarios/policy.js";
import type { Scenario } from "./scenarios/scenario.js";

const withFixture = async (create: () => DockerFixture, work: (fixture: DockerFixture) => Promise<void>) => {
  const fixture = create();
  try {
    await work(fixture);
  } finally {
    await fixture.cleanUp();
  }
};

/** Registers a test for each scenario. */
export const scenariosOn = (create: () => DockerFixture, scenarios: readonly Scenario[]): void =>
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) =>
    withFixture(create, async (fixture) => {
      if (skipReason(scenario, fixture) === undefined) await checkScenario(scenario, fixture);
    }),
  );

export const policyOn = (create: () => DockerFixture): void =>
  test("a policy refuses to start or enter what it forbids, before any change", () =>
    withFixture(create, checkPolicyOperations));
