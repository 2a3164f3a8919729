import { expect, it } from "vitest";
import { compareVersions } from "./version.js";

it("compareVersions() orders dotted versions by number", () => {
  expect(["1.45", "1.9", "2.0", "1.41"].sort(compareVersions)).toStrictEqual(["1.9", "1.41", "1.45", "2.0"]);
  expect(compareVersions("1.41", "1.41")).toBe(0);
  expect(compareVersions("1.41", "1.41.0")).toBe(0);
});
