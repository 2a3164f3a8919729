import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { runFaultsOn } from "./matrix-on.support.js";
import { swarmPlatform } from "./support/platforms.js";

runFaultsOn("swarm", async () => {
  const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  return { platform: swarmPlatform(new RawEngine(swarm.managers[0]?.host ?? "")), close: () => swarm.down() };
});
