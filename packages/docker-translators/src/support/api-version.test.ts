import { describe, expect, it } from "vitest";
import { apiAtLeast, compareApiVersions, parseApiVersion } from "./api-version.js";

describe("parseApiVersion", () => {
  it.each(["1.41", "v1.41"])("reads %s", (version) => {
    expect(parseApiVersion(version)).toStrictEqual({ major: 1, minor: 41 });
  });

  it.each(["", "1", "1.", "1.41.0", "latest", " 1.41", "1.4x"])("refuses %j", (version) => {
    expect(() => parseApiVersion(version)).toThrow(expect.objectContaining({ code: "ENGINE_ERROR" }));
  });
});

it.each([
  ["1.44", "1.44", true],
  ["1.45", "1.44", true],
  ["1.43", "1.44", false],
  ["1.100", "1.44", true],
  ["1.9", "1.44", false],
  ["2.0", "1.44", true],
])("apiAtLeast(%s, %s) is %s", (version, wanted, expected) => {
  expect(apiAtLeast(version, wanted)).toBe(expected);
});

it("compares as sort wants it", () => {
  expect(["1.45", "1.9", "2.0", "1.41"].sort(compareApiVersions)).toStrictEqual(["1.9", "1.41", "1.45", "2.0"]);
});
