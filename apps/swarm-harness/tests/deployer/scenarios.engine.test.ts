import { test } from "vitest";
import { createLocalFixture } from "./docker-fixtures.js";
import { checkScenario, skipReason } from "./scenarios/check-scenario.js";
import { SCENARIOS } from "./scenarios/table.js";

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
  const fixture = createLocalFixture(process.env["DOCKER_HOST"] ?? "");
  try {
    if (skipReason(scenario, fixture) === undefined) await checkScenario(scenario, fixture);
  } finally {
    await fixture.cleanUp();
  }
});
