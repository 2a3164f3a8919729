import { afterAll, beforeAll, expect, test } from "vitest";
import { describeResult, operationsOn, runOperation } from "./support/matrix.js";
import type { Fault } from "./support/faults.js";
import type { FaultPlatform } from "./support/platforms.js";

/** Cells of the matrix for `npm test`: each `every`-th call of an operation. `npm run test:faults` runs all. */
type Sample = readonly (readonly [operation: string, faults: readonly Fault[], every: number])[];

const ENGINE_SAMPLE: Sample = [
  ["up (new)", ["reset after", "garbage", "engine dead"], 17],
  ["down", ["stall after", "engine dead"], 9],
  ["scale", ["reset before", "engine dead"], 9],
  ["exec", ["wrong type", "503"], 5],
];

/** Fewer, since a swarm starts and ends each task seconds later. */
const SWARM_SAMPLE: Sample = [
  ["up (new)", ["reset after", "garbage"], 17],
  ["exec", ["wrong type"], 5],
];

/** Runs a sample of the matrix on a platform. */
export function sampleFaultsOn(
  open: () => Promise<{ platform: FaultPlatform; close: () => Promise<void> }>,
  isSwarm: boolean,
): void {
  let platform: FaultPlatform;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ platform, close } = await open());
  });
  afterAll(() => close?.());

  test.each(isSwarm ? SWARM_SAMPLE : ENGINE_SAMPLE)(
    "%s with a failed call ends in time, names the objects that remain, and the next up converges",
    async (...cells) => {
      const [name, faults, every] = cells;
      const [operation] = operationsOn({ isSwarm }, { operations: [name] });
      expect(operation).toBeDefined();
      const results = operation === undefined ? [] : await runOperation(platform, operation, { faults, every });
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter(({ defects }) => defects.length > 0).map(describeResult)).toEqual([]);
    },
  );
}
