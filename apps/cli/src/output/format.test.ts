import { expect, test } from "vitest";
import { ago, shortenDigest, formatDuration } from "./format.js";

test("formatDuration() prints seconds, and minutes from 60 s", () => {
  expect([40, 9_900, 9_960, 59_499, 59_600, 200_000].map(formatDuration)).toEqual([
    "0.0 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1 min 0 s",
    "3 min 20 s",
  ]);
});

test("ago() prints the largest whole unit", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(ago("2026-01-01T23:59:48Z", now)).toBe("12 s ago");
  expect(ago("2026-01-01T21:00:00Z", now)).toBe("3 h ago");
  expect(ago("2025-12-30T00:00:00Z", now)).toBe("3 d ago");
  expect(ago("2026-01-02T00:00:05Z", now)).toBe("0 s ago");
  expect(ago("?", now)).toBe("?");
});

test("shortenDigest() keeps the first 12 digits of a digest", () => {
  const digest = `sha256:0123456789abcdef${"0".repeat(48)}`;
  expect(shortenDigest(`registry:5000/demo:1@${digest}`)).toBe("registry:5000/demo:1@sha256:0123456789ab...");
  expect(shortenDigest(`demo@${digest}`)).toBe("demo@sha256:0123456789ab...");
  expect(shortenDigest("demo:1")).toBe("demo:1");
});
