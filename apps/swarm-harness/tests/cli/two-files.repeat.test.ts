import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkTwoFiles } from "./support/check-ownership.js";
import { swarmPlatform } from "./support/test-platforms.js";

test("every command on a swarm changes only the services of its directory, with two directories of one name", async () => {
  const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  try {
    const host = swarm.managers[0]?.host ?? "";
    await checkTwoFiles(
      swarmPlatform(new RawEngine(host), host),
      ["opcua/coordinator/app_opcua_coordinator.yml", "shdr/coordinator/app_shdr_coordinator.yml"],
      false,
    );
  } finally {
    await swarm.down();
  }
});
