import { expect, test } from "vitest";
import { newRunId } from "./run.js";

test("newRunId() returns ids that sort in the order of creation", () => {
  const ids = Array.from({ length: 100 }, () => newRunId());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(100);
  expect(ids[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-[0-9a-f]{6}$/);
});

test("newRunId() returns an id that sorts after those of a machine whose clock is ahead", () => {
  const ahead = `${new Date(Date.now() + 3_600_000).toISOString()}-abcdef`;
  expect(newRunId([ahead, "", "none"]) > ahead).toBe(true);
});
