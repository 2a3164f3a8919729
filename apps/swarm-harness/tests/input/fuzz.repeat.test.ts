import * as fc from "fast-check";
import { expect, test } from "vitest";
import { properties } from "./support/properties.js";

/** The number of runs of each property, and the seed, with which a failure can be repeated. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 20_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);

test.each(Object.entries(properties))(
  `%s with hostile content, ${RUNS} times (FUZZ_SEED=${SEED})`,
  async (_, property) => {
    const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: RUNS, seed: SEED });
    expect(failed && { counterexample, errorInstance }).toBe(false);
  },
  3_600_000,
);
