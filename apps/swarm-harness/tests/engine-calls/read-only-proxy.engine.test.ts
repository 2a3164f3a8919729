import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { enginePlatform } from "../cli/support/test-platforms.js";
import { checkReadOnlyProxy } from "./read-only-proxy.support.js";

// On a swarm, and through nginx: read-only-proxy.repeat.test.ts.
test("through HAProxy, the commands that change nothing work on local Docker, and others are refused with UNAUTHORIZED", async () => {
  const host = process.env["DOCKER_HOST"] ?? "";
  await checkReadOnlyProxy("haproxy", "docker", { platform: enginePlatform(new RawEngine(host), host), host });
});
