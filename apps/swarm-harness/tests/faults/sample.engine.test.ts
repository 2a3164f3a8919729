import { RawEngine } from "@openfactory/test-engine";
import { sampleFaultsOn } from "./sample-on.support.js";
import { localPlatform } from "./support/platforms.js";

sampleFaultsOn(async () => {
  const platform = localPlatform("docker", new RawEngine(process.env["DOCKER_HOST"] ?? ""));
  return { platform, close: async () => {} };
}, false);
