import { expect, it } from "vitest";
import { compareApi, isApiVersion, lowerApi } from "./api-version.js";

it("compares by numbers", () => {
  expect(compareApi("1.9", "1.41")).toBeLessThan(0);
  expect(compareApi("2.0", "1.41")).toBeGreaterThan(0);
  expect(compareApi("1.41", "1.41")).toBe(0);
  expect(lowerApi("1.9", "1.41")).toBe("1.9");
});

it("knows a version when it sees one", () => {
  expect(["1.41", "v1.41", "1", "1.41.1", ""].map(isApiVersion)).toEqual([true, false, false, false, false]);
});
