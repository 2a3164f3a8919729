import { expect, test } from "vitest";
import { ago, inWords } from "./durations.js";

test("in words", () => {
  expect([40, 9_900, 9_960, 59_499, 59_600, 200_000].map(inWords)).toEqual([
    "0.0 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min 0 s",
    "3 min 20 s",
  ]);
});

test("ago", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(ago("2026-01-01T23:59:48Z", now)).toBe("12 s ago");
  expect(ago("2026-01-01T21:00:00Z", now)).toBe("3 h ago");
  expect(ago("2025-12-30T00:00:00Z", now)).toBe("3 d ago");
  expect(ago("2026-01-02T00:00:05Z", now)).toBe("0 s ago");
  expect(ago("?", now)).toBe("?");
});
