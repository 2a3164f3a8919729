import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { checkComposeProject } from "./support/check-compose.js";
import { swarmPlatform } from "./support/test-platforms.js";

let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("services of a Compose file find each other by their keys, and files converted from it change nothing", async () => {
  const host = swarm.managers[0]?.host ?? "";
  await checkComposeProject(swarmPlatform(new RawEngine(host), host));
});
