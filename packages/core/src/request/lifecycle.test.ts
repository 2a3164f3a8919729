import { describe, expect, test } from "vitest";
import { fileReferencesSchema } from "./container-files.js";
import {
  healthcheckSchema,
  restartSchema,
  rollbackConfigSchema,
  stopGracePeriodSchema,
  updateConfigSchema,
} from "./lifecycle.js";

const second = 1_000_000_000;

describe("healthcheckSchema", () => {
  test.each([
    ["curl -f localhost", ["CMD-SHELL", "curl -f localhost"]],
    [
      ["CMD", "true"],
      ["CMD", "true"],
    ],
    [
      ["CMD-SHELL", "exit 0"],
      ["CMD-SHELL", "exit 0"],
    ],
    [["NONE"], ["NONE"]],
  ])("parses Test %j to %j", (Test, normalized) => {
    expect(healthcheckSchema.parse({ Test })).toEqual({ Test: normalized });
  });

  test("keeps durations and counts", () => {
    const check = {
      Test: ["CMD", "true"],
      Interval: second,
      Timeout: 1_000_000,
      Retries: 0,
      StartPeriod: 0,
      StartInterval: second,
    };
    expect(healthcheckSchema.parse(check)).toEqual(check);
  });

  test.each([
    {},
    { Test: "" },
    { Test: [] },
    { Test: ["CMD"] },
    { Test: ["NONE", "x"] },
    { Test: ["CMD-SHELL", "a", "b"] },
    { Test: ["true"] },
    { Test: "true", Interval: 999_999 },
    { Test: "true", Interval: "10s" },
    { Test: "true", Retries: -1 },
    { Test: "true", interval: second },
  ])("rejects %j", (check) => {
    expect(healthcheckSchema.safeParse(check).success).toBe(false);
  });
});

describe("restartSchema", () => {
  test("has the default condition any", () => {
    expect(restartSchema.parse({})).toEqual({ Condition: "any" });
  });

  test.each([{ Condition: "always" }, { Condition: "any", MaxAttempts: 1.5 }, { Delay: 1 }, { Name: "always" }])(
    "rejects %j",
    (restart) => {
      expect(restartSchema.safeParse(restart).success).toBe(false);
    },
  );
});

test.each([
  [0, true],
  [1_000_000, true],
  [10 * second, true],
  [1, false],
  [-second, false],
  [1.5 * second + 0.5, false],
  ["10s", false],
  [Number.NaN, false],
])("stopGracePeriodSchema with %j: valid %s", (duration, valid) => {
  expect(stopGracePeriodSchema.safeParse(duration).success).toBe(valid);
});

test("updateConfigSchema accepts the failure action rollback, rollbackConfigSchema rejects it", () => {
  const rollout = { Parallelism: 0, Delay: second, Monitor: second, MaxFailureRatio: 0.5, Order: "start-first" };
  expect(updateConfigSchema.parse({ ...rollout, FailureAction: "rollback" })).toEqual({
    ...rollout,
    FailureAction: "rollback",
  });
  expect(rollbackConfigSchema.parse({ ...rollout, FailureAction: "pause" })).toEqual({
    ...rollout,
    FailureAction: "pause",
  });
  expect(rollbackConfigSchema.safeParse({ FailureAction: "rollback" }).success).toBe(false);
});

test.each([
  { MaxFailureRatio: 1.1 },
  { MaxFailureRatio: -0.1 },
  { Order: "first" },
  { Parallelism: -1 },
  { parallelism: 1 },
])("updateConfigSchema rejects %j", (config) => {
  expect(updateConfigSchema.safeParse(config).success).toBe(false);
});

describe("fileReferencesSchema", () => {
  test("accepts names and references", () => {
    expect(fileReferencesSchema.parse(["a", { name: "b", target: "/run/b", uid: "0", gid: "0", mode: 0o400 }])).toEqual(
      [{ name: "a" }, { name: "b", target: "/run/b", uid: "0", gid: "0", mode: 0o400 }],
    );
  });

  test.each(["", {}, { name: "" }, { name: "a", mode: 0o10000 }, { name: "a", uid: 0 }, { name: "a", file: "x" }, 1])(
    "rejects %j",
    (reference) => {
      expect(fileReferencesSchema.safeParse([reference]).success).toBe(false);
    },
  );
});
