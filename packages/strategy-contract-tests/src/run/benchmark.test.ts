import { expect, test } from "vitest";
import { distribution, rate } from "./benchmark.js";

test("rate() divides by seconds, and is finite if the clock did not move", () => {
  expect(rate("deploys", 20, 3)).toEqual({ name: "deploys", unit: "per second", value: 6.67, operations: 20 });
  expect(rate("deploys", 20, 0).value).toBeLessThan(Infinity);
});

test("distribution() returns the median, the smallest and the largest sample", () => {
  const part = { name: "ready", unit: "seconds" };
  expect(distribution("ready", "seconds", [3, 1, 20])).toEqual({ ...part, value: 3, min: 1, max: 20, operations: 3 });
  expect(distribution("ready", "seconds", [1, 2])).toMatchObject({ value: 1.5, operations: 2 });
  expect(distribution("ready", "seconds", [0.012345])).toMatchObject({ value: 0.0123 });
  expect(distribution("calls", "calls", [1234]).value).toBe(1234);
});
