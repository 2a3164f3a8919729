import { afterAll, beforeAll, expect, test } from "vitest";
import { describeResult, operationsOn, runOperation } from "./support/matrix.js";
import type { Fault } from "./support/faults.js";
import type { FaultPlatform } from "./support/platforms.js";

/** Cells of the matrix: each `every`-th call of an operation. */
export type FaultSample = readonly (readonly [operation: string, faults: readonly Fault[], every: number])[];

/** Runs a sample of the matrix on a platform. `npm run test:faults` runs all cells. */
export function sampleFaultsOn(
  open: () => Promise<{ platform: FaultPlatform; close: () => Promise<void> }>,
  sample: FaultSample,
): void {
  let platform: FaultPlatform;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ platform, close } = await open());
  });
  afterAll(() => close?.());

  test.each(sample)(
    "%s with a failed call ends in time, names the objects that remain, and the next up converges",
    async (...cells) => {
      const [name, faults, every] = cells;
      const [operation] = operationsOn(platform, { operations: [name] });
      expect(operation).toBeDefined();
      const results = operation === undefined ? [] : await runOperation(platform, operation, { faults, every });
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter(({ defects }) => defects.length > 0).map(describeResult)).toEqual([]);
    },
  );
}
