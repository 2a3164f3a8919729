import { createEngine } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { runFaultsOn } from "./matrix-on.support.js";
import { localPlatform } from "./support/platforms.js";

runFaultsOn("podman", async () => {
  const node = await createEngine({ engine: "podman-5.4", images: [TEST_IMAGE] });
  return { platform: localPlatform("podman", node.api), close: () => node.down() };
});
