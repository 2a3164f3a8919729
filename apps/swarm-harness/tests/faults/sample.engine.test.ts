import { RawEngine } from "@openfactory/test-engine";
import { sampleFaultsOn } from "./sample-on.support.js";
import { localPlatform } from "./support/platforms.js";

// More operations and calls: sample.repeat.test.ts.
sampleFaultsOn(async () => {
  const platform = localPlatform("docker", new RawEngine(process.env["DOCKER_HOST"] ?? ""));
  return { platform, close: async () => {} };
}, [
  ["up (new)", ["reset after", "engine dead"], 25],
  ["exec", ["wrong type"], 5],
]);
