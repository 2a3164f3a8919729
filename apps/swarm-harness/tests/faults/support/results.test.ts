import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { describeCommits, isFinal, readResults, recordResult, summarize } from "./results.js";
import type { CellResult } from "./run-cell.js";

const folder = mkdtempSync(join(tmpdir(), "faults-results-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const result = (more: Partial<CellResult> = {}): CellResult => ({
  platform: "docker",
  operation: "down",
  call: 1,
  fault: "503",
  path: "GET /info",
  exitCode: 4,
  tookMs: 1234,
  calls: 12,
  outcome: "unchanged",
  defects: [],
  ...more,
});

test("readResults() returns the last result of each cell, without a line that was not completed", () => {
  recordResult(folder, result({ outcome: "defect", defects: ["stack trace"] }), "a");
  recordResult(folder, result({ platform: "podman" }), "a");
  recordResult(folder, result(), "b");
  appendFileSync(join(folder, "faults-docker.jsonl"), '{"platform":"docker","operation":"do');
  expect(readResults(folder)).toEqual([
    { ...result(), commit: "b" },
    { ...result({ platform: "podman" }), commit: "a" },
  ]);
});

test("readResults() returns nothing without a directory", () => {
  expect(readResults(join(folder, "missing"))).toEqual([]);
});

test("isFinal() is false for a defect, for a call that was not reached, and on an overloaded engine", () => {
  expect(isFinal(result())).toBe(true);
  expect(isFinal(result({ outcome: "defect" }))).toBe(false);
  expect(isFinal(result({ outcome: "not reached" }))).toBe(false);
  expect(isFinal(result({ overloaded: true }))).toBe(false);
});

test("summarize() counts outcomes by platform, operation and fault", () => {
  const results = [
    { ...result(), commit: "a" },
    { ...result({ call: 2, outcome: "named", tookMs: 8000 }), commit: "b" },
  ];
  const summary = summarize(results);
  expect(describeCommits(results)).toBe("a: 1, b: 1");
  for (const key of ["docker", "down, docker", "503"])
    expect(summary).toContain(`| ${key} | 2 | 12 | 0 | 0 | 1 | 1 | 0 | 0 | 8.0 s |`);
});
