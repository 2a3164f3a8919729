import { test } from "vitest";
import { createLocalFixture } from "./docker-fixtures.js";
import { checkScenario, skipReason } from "./scenarios/check-scenario.js";
import { checkPolicyOperations } from "./scenarios/policy.js";
import { SCENARIOS } from "./scenarios/table.js";

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
  const fixture = createLocalFixture(process.env["DOCKER_HOST"] ?? "");
  try {
    if (skipReason(scenario, fixture) === undefined) await checkScenario(scenario, fixture);
  } finally {
    await fixture.cleanUp();
  }
});

test("a policy refuses to start or enter what it forbids, before any change", async () => {
  const fixture = createLocalFixture(process.env["DOCKER_HOST"] ?? "");
  try {
    await checkPolicyOperations(fixture);
  } finally {
    await fixture.cleanUp();
  }
});
