import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { sampleFaultsOn } from "./sample-on.support.js";
import { swarmPlatform } from "./support/platforms.js";

// Few, since a swarm starts and ends each task seconds later. More: sample.repeat.test.ts.
sampleFaultsOn(async () => {
  const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  return { platform: swarmPlatform(new RawEngine(swarm.managers[0]?.host ?? "")), close: () => swarm.down() };
}, [
  ["up (new)", ["reset after"], 25],
  ["exec", ["wrong type"], 5],
]);
