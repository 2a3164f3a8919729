import { RawEngine } from "@openfactory/test-engine";
import { runFaultsOn } from "./matrix-on.support.js";
import { localPlatform } from "./support/platforms.js";

runFaultsOn("docker", async () => ({
  platform: localPlatform("docker", new RawEngine(process.env["DOCKER_HOST"] ?? "")),
  close: async () => {},
}));
