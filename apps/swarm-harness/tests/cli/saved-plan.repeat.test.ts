import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { checkSavedPlan } from "./support/check-saved-plan.js";

let swarm: Swarm;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("up applies a saved plan on a swarm, and refuses it once a network or a service has changed", () => {
  const { host } = swarm.nodes[0]!;
  return checkSavedPlan(new RawEngine(host), ["--platform", "swarm", "--host", host], "overlay");
});
