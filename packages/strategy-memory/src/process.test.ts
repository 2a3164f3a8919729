import { expect, test } from "vitest";
import { healthAfter } from "./process.js";

const second = 1_000_000_000;

test.each([
  [["CMD", "true"], {}, 0, "healthy"],
  [["CMD", "exit", "1"], { Retries: 2, Interval: second }, 0, "starting"],
  [["CMD", "exit", "1"], { Retries: 2, Interval: second }, 1000, "unhealthy"],
  [["CMD-SHELL", "exit 1"], { Retries: 1, Interval: second }, 0, "unhealthy"],
  [["CMD", "exit", "1"], {}, 59_999, "starting"],
  [["CMD", "exit", "1"], {}, 60_000, "unhealthy"],
  [["CMD", "exit", "1"], { Retries: 1, Interval: second, StartPeriod: 5 * second }, 4999, "starting"],
  [["CMD", "exit", "1"], { Retries: 1, Interval: second, StartPeriod: 5 * second }, 5000, "unhealthy"],
  [["CMD", "after", "1500"], { Interval: second }, 1999, "starting"],
  [["CMD", "after", "1500"], { Interval: second }, 2000, "healthy"],
  [["NONE"], {}, 0, undefined],
] as const)("%j %j has after %i ms: %s", (Test, times, ranMs, health) => {
  expect(healthAfter({ Test: [...Test], ...times }, ranMs)).toBe(health);
});

test("no check finds nothing", () => {
  expect(healthAfter(undefined, 0)).toBeUndefined();
});
