import { createEngine, shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  describeResult,
  operationsOn,
  runOperation,
  selectionOfEnvironment,
  summarize,
  writeResults,
} from "./support/matrix.js";
import { type FaultPlatform, localPlatform, swarmPlatform } from "./support/platforms.js";
import type { CellResult } from "./support/run-cell.js";

const selection = selectionOfEnvironment();
const wanted = process.env["FAULTS_PLATFORM"]?.split(",") ?? ["docker", "swarm", "podman"];
const folder = process.env["FAULTS_RESULTS"] ?? "dist/faults";

const opened = {
  docker: async () => {
    const host = process.env["DOCKER_HOST"] ?? "";
    return { platform: localPlatform("docker", new RawEngine(host)), close: async () => {} };
  },
  swarm: async () => {
    const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
    return { platform: swarmPlatform(new RawEngine(swarm.managers[0]?.host ?? "")), close: () => swarm.down() };
  },
  podman: async () => {
    const node = await createEngine({ engine: "podman-5.4", images: [TEST_IMAGE] });
    return { platform: localPlatform("podman", node.api), close: () => node.down() };
  },
};

for (const name of ["docker", "swarm", "podman"] as const) {
  describe.runIf(wanted.includes(name))(`each call of each operation on ${name}, with each fault`, () => {
    const results: CellResult[] = [];
    let platform: FaultPlatform;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ platform, close } = await opened[name]());
    });
    afterAll(async () => {
      process.stdout.write(`${summarize(results)}\n`);
      await close?.();
    });

    test.each(operationsOn({ isSwarm: name === "swarm" }, selection))(
      "$name ends with a documented exit code in time, names the objects that remain, and the next up converges",
      { timeout: 6 * 3_600_000 },
      async (operation) => {
        const ran = await runOperation(platform, operation, selection, (result) => {
          results.push(result);
          // A run of hours may be interrupted.
          if (results.length % 20 === 0) writeResults(folder, name, results);
        });
        writeResults(folder, name, results);
        expect(ran.filter(({ defects }) => defects.length > 0).map(describeResult)).toEqual([]);
      },
    );
  });
}
