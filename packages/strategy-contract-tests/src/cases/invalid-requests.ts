import type { DeployRequest } from "@openfactory/deploy-core";
import { describe, test } from "vitest";
import type { Suite } from "../suite.js";

const wrong: Record<string, unknown>[] = [
  { image: "" },
  { image: "Not An Image" },
  { env: ["NO_VALUE"] },
  { env: ["A=1", "A=2"] },
  { env: { A: "1" } },
  { labels: { a: 1 } },
  { command: [] },
  { command: "'open" },
  { ports: { 0: 80 } },
  { ports: { 80: "http" } },
  { networks: ["a", "a"] },
  { networks: "a" },
  { constraints: ["node.role"] },
  { resources: { Limits: { MemoryBytes: "64m" } } },
  { resources: { Limits: { MemoryBytes: 1 }, Reservations: { MemoryBytes: 2 } } },
  { openFiles: 0 },
  { mode: { Replicated: { Replicas: -1 } } },
  { mounts: [{ Type: "npipe", Source: "a", Target: "/a" }] },
  { mounts: [{ Type: "bind", Source: "relative", Target: "/a" }] },
  { user: "a b" },
  { imagePullPolicy: "IfNotPresent" },
  { stopGracePeriod: 1 },
  { colour: "red" },
];

/** A request that is not valid is refused before anything is touched. */
export function invalidRequestCases(suite: Suite): void {
  describe("INVALID_REQUEST, and nothing made", () => {
    test.for(wrong.map((part) => [JSON.stringify(part), part] as const))("%s", async ([, part]) => {
      const request = { ...suite.request(), ...part } as DeployRequest;
      await suite.failsCleanly(() => suite.strategy.deploy(request), "INVALID_REQUEST", request.name);
    });

    test.for([undefined, null, [], "demo"])("%j", async (request) => {
      await suite.failsCleanly(() => suite.strategy.deploy(request as unknown as DeployRequest), "INVALID_REQUEST");
    });
  });
}
