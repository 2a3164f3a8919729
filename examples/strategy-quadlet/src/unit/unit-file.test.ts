import { expect, test } from "vitest";
import { formatUnit, readSection } from "./unit-file.js";

test("formatUnit() writes sections in order, and leaves out empty ones", () => {
  expect(
    formatUnit(
      ["a comment"],
      [
        ["Unit", [["After", "x"]]],
        ["Install", []],
        [
          "Service",
          [
            ["A", "1"],
            ["A", "2"],
          ],
        ],
      ],
    ),
  ).toBe("# a comment\n\n[Unit]\nAfter=x\n\n[Service]\nA=1\nA=2\n");
});

test.for(["a\nExecStartPre=/bin/evil", "a\r[Service]", "a\0b", "a\\"])("formatUnit() refuses the value %j", (value) => {
  expect(() => formatUnit([], [["Unit", [["Description", value]]]])).toThrow("several lines: Description");
});

test("readSection() returns the last value of each key, and undefined for a missing section", () => {
  const text = "[A]\nX=1\nX=2=3\n# Y=4\n;Z=5\n[B]\nX=9\n";
  expect(Object.fromEntries(readSection(text, "A") ?? [])).toEqual({ X: "2=3" });
  expect(readSection(text, "C")).toBeUndefined();
});
