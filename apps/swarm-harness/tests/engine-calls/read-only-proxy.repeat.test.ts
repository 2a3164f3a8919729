import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { test } from "vitest";
import { enginePlatform, swarmPlatform } from "../cli/support/test-platforms.js";
import { checkReadOnlyProxy } from "./read-only-proxy.support.js";

test("through nginx, the commands that change nothing work, and others are refused, on local Docker and on a swarm", async () => {
  const host = process.env["DOCKER_HOST"] ?? "";
  await checkReadOnlyProxy("nginx", "docker", { platform: enginePlatform(new RawEngine(host), host), host });
  const swarm = await shareSwarm({ images: [TEST_IMAGE] });
  const [manager] = swarm.managers;
  try {
    await checkReadOnlyProxy("nginx", "swarm", {
      platform: swarmPlatform(manager!.api, manager!.host),
      host: manager!.host,
    });
  } finally {
    await swarm.down();
  }
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
