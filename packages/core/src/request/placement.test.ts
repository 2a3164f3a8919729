import { describe, expect, test } from "vitest";
import { constraintsSchema, modeSchema, networksSchema, openFilesSchema, resourcesSchema } from "./placement.js";

const findings = (parsed: { error?: { issues: unknown[] } }): string => JSON.stringify(parsed.error?.issues);

describe("networksSchema", () => {
  test("keeps the order of the names", () => {
    expect(networksSchema.parse(["b", "a"])).toEqual(["b", "a"]);
  });

  test("rejects a duplicate name and an empty one", () => {
    expect(findings(networksSchema.safeParse(["a", "b", "a"]))).toContain("network a is listed twice");
    expect(networksSchema.safeParse([""]).success).toBe(false);
  });
});

describe("constraintsSchema", () => {
  test.each([
    "node.role == worker",
    "node.role==worker",
    "node.labels.zone!= a b",
    " node.hostname == n1",
    "engine.labels.a_b-c==1",
  ])("accepts %j", (constraint) => {
    expect(constraintsSchema.parse([constraint])).toEqual([constraint]);
  });

  test.each(["", "node.role", "node.role = worker", "node.role ==", "== worker", "node role == worker", 1])(
    "rejects %j",
    (constraint) => {
      expect(constraintsSchema.safeParse([constraint]).success).toBe(false);
    },
  );
});

describe("modeSchema", () => {
  test.each([
    [{ Replicated: { Replicas: 3 } }, { Replicated: { Replicas: 3 } }],
    [{ Replicated: { Replicas: 0 } }, { Replicated: { Replicas: 0 } }],
    [{ Replicated: {} }, { Replicated: { Replicas: 1 } }],
    [{ Global: {} }, { Global: {} }],
    [
      { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 4 } },
      { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 4 } },
    ],
    [{ GlobalJob: {} }, { GlobalJob: {} }],
  ])("parses %j to %j", (mode, normalized) => {
    expect(modeSchema.parse(mode)).toEqual(normalized);
  });

  test.each([
    {},
    { Replicated: { Replicas: -1 } },
    { Replicated: { Replicas: 1.5 } },
    { Replicated: { Replicas: "3" } },
    { Replicated: { replicas: 3 } },
    { Replicated: { Replicas: 1 }, Global: {} },
    { Global: { Replicas: 1 } },
    { replicated: {} },
    "replicated",
    null,
  ])("rejects %j", (mode) => {
    expect(modeSchema.safeParse(mode).success).toBe(false);
  });
});

describe("resourcesSchema", () => {
  test("accepts limits and reservations, also equal ones", () => {
    const resources = {
      Limits: { NanoCPUs: 500_000_000, MemoryBytes: 2 ** 23, Pids: 10 },
      Reservations: { NanoCPUs: 500_000_000, MemoryBytes: 2 ** 23 },
    };
    expect(resourcesSchema.parse(resources)).toEqual(resources);
  });

  test.each([{}, { Limits: {} }, { Reservations: { MemoryBytes: 2 ** 22 } }])("accepts %j", (resources) => {
    expect(resourcesSchema.parse(resources)).toEqual(resources);
  });

  test.each([
    [{ Limits: { NanoCPUs: 0.5 } }, "NanoCPUs must be a whole number"],
    [{ Limits: { MemoryBytes: 0 } }, "MemoryBytes must be greater than 0"],
    [{ Limits: { MemoryBytes: "512Mi" } }, "expected number"],
    [{ limits: {} }, "limits"],
    [{ Reservations: { Pids: 1 } }, "Pids"],
    [{ Limits: { MemoryBytes: 2 ** 23 }, Reservations: { MemoryBytes: 2 ** 24 } }, "must not be more than the limit"],
    [{ Limits: { NanoCPUs: 1e9 }, Reservations: { NanoCPUs: 2e9 } }, "must not be more than the limit"],
  ])("rejects %j: %s", (resources, message) => {
    expect(findings(resourcesSchema.safeParse(resources))).toContain(message);
  });
});

test.each([
  [1, true],
  [2 ** 31 - 1, true],
  [0, false],
  [-1, false],
  [1.5, false],
  [2 ** 31, false],
  ["1024", false],
])("openFilesSchema with %j: valid %s", (openFiles, valid) => {
  expect(openFilesSchema.safeParse(openFiles).success).toBe(valid);
});
