import { expect, test } from "vitest";
import { sample } from "./failed-calls.js";

test.each([
  [10, 3, [1, 6, 10]],
  [10, 1, [5]],
  [2, 3, [1, 2]],
  [1, "all", [1]],
  [4, "all", [1, 2, 3, 4]],
  [0, "all", []],
] as const)("sample() of %d calls with %s returns %j", (count, calls, numbers) => {
  expect(sample(count, calls)).toEqual(numbers);
});
