import * as fc from "fast-check";
import { expect, test } from "vitest";
import { properties } from "./support/properties.js";

/** `fuzz.repeat.test.ts` runs more. */
const RUNS = 50;

test.each(Object.entries(properties))(
  "%s with hostile content gives a result, or an error that says what is wrong",
  async (_, property) => {
    const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: RUNS, seed: 1 });
    expect(failed && { counterexample, errorInstance }).toBe(false);
  },
);
