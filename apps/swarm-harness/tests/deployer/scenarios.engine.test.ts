import { createLocalFixture } from "./docker-fixtures.js";
import { policyOn, scenariosOn } from "./scenarios-on.support.js";
import { SCENARIOS } from "./scenarios/table.js";

// The other scenarios: scenarios.repeat.test.ts.
const onEngine = () => createLocalFixture(process.env["DOCKER_HOST"] ?? "");

scenariosOn(
  onEngine,
  SCENARIOS.filter(({ onEngines }) => onEngines),
);
policyOn(onEngine);
