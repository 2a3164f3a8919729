import { describe, expect, test } from "vitest";
import { LOCK_LABEL, lockHolder, lockLabels, lockObjectName } from "./locks.js";

const ada = { id: "a1", owner: "ada@bench (ofdeploy up)", since: "2026-01-01T00:00:00Z" };

test("lockLabels() contains the lock's name and its holder, which lockHolder() returns", () => {
  const labels = lockLabels("plant/line 1", ada);
  expect(labels).toEqual({
    "org.openfactory.deploy.lock": "plant/line 1",
    "org.openfactory.deploy.lock.holder": "a1",
    "org.openfactory.deploy.lock.owner": "ada@bench (ofdeploy up)",
    "org.openfactory.deploy.lock.since": "2026-01-01T00:00:00Z",
  });
  expect(LOCK_LABEL in labels).toBe(true);
  expect(lockHolder(labels)).toEqual(ada);
});

test("lockHolder() of an object without the labels has no id", () => {
  const unknown = { id: "", owner: "another process", since: "" };
  expect(lockHolder(null)).toEqual(unknown);
  expect(lockHolder({ team: "a" })).toEqual(unknown);
});

describe("lockObjectName()", () => {
  test("is valid for volumes and configs, whatever the lock's name", () => {
    expect(lockObjectName("plant/line 1")).toMatch(/^openfactory-lock-[0-9a-f]{32}$/);
    expect(lockObjectName("plant/line 1")).not.toBe(lockObjectName("plant/line 2"));
  });

  test("does not change between versions", () => {
    expect(lockObjectName("weather")).toBe("openfactory-lock-e5e72beb4e3c6926d3dc9e3e2ef7833b");
  });
});
