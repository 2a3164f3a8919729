import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { test } from "vitest";
import { enginePlatform, swarmPlatform } from "../cli/support/test-platforms.js";
import { checkReadOnlyProxy } from "./read-only-proxy.support.js";

// Through nginx: read-only-proxy.repeat.test.ts.
test("through HAProxy, the commands that change nothing work on local Docker, and others are refused with UNAUTHORIZED", async () => {
  const host = process.env["DOCKER_HOST"] ?? "";
  await checkReadOnlyProxy("haproxy", "docker", { platform: enginePlatform(new RawEngine(host), host), host });
});

test("through HAProxy, the commands that change nothing work on a swarm, and others are refused with UNAUTHORIZED", async () => {
  const swarm = await shareSwarm({ images: [TEST_IMAGE] });
  const { api, host } = swarm.managers[0]!;
  try {
    await checkReadOnlyProxy("haproxy", "swarm", { platform: swarmPlatform(api, host), host });
  } finally {
    await swarm.down();
  }
});
