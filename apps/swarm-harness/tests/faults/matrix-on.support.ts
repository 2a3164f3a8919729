import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectionOfEnvironment } from "./support/cells.js";
import { describeResult, operationsOn, runOperation } from "./support/matrix.js";
import type { FaultPlatform } from "./support/platforms.js";
import { currentCommit, isFinal, keyOf, readResults, recordResult, writeSummary } from "./support/results.js";

const selection = selectionOfEnvironment();
const wanted = process.env["FAULTS_PLATFORM"]?.split(",") ?? ["docker", "swarm", "podman"];
const folder = process.env["FAULTS_RESULTS"] ?? "dist/faults";
const resumes = process.env["FAULTS_RESUME"] === "1";

/** Runs the matrix on a platform. Each platform has a separate file, since vitest runs files at the same time. */
export function runFaultsOn(
  name: "docker" | "swarm" | "podman",
  open: () => Promise<{ platform: FaultPlatform; close: () => Promise<void> }>,
): void {
  describe.runIf(wanted.includes(name))(`each call of each operation on ${name}, with each fault`, () => {
    const commit = currentCommit();
    const passed = new Set(resumes ? readResults(folder).filter(isFinal).map(keyOf) : []);
    let platform: FaultPlatform;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ platform, close } = await open());
    });
    afterAll(() => close?.());

    test.each(operationsOn({ isSwarm: name === "swarm" }, selection))(
      "$name ends with a documented exit code in time, names the objects that remain, and the next up converges",
      { timeout: 24 * 3_600_000 },
      async (operation) => {
        const results = await runOperation(platform, operation, selection, {
          skip: (cell) => passed.has(keyOf({ platform: name, operation: operation.name, ...cell })),
          onResult: (result) => recordResult(folder, result, commit),
        });
        writeSummary(folder);
        expect(results.filter(({ defects }) => defects.length > 0).map(describeResult)).toEqual([]);
      },
    );
  });
}
