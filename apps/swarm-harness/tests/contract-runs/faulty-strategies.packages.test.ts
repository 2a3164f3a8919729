import { expect, test } from "vitest";
import type { Fault } from "./faulty-memory.js";
import { runFaulty } from "./run-contract.support.js";

/** The failed cases of the two groups with their messages. */
async function failuresOf(...faults: Fault[]): Promise<Record<string, string>> {
  const groups = ["--only", "failed calls", "--only", "unchanged runs"];
  const { code, report } = await runFaulty({ faults, countsCalls: true }, ...groups);
  expect([code, report.cases.skipped, report.errors, report.otherFailures]).toEqual([1, 0, undefined, undefined]);
  const failures = report.clauses.flatMap(({ failures = [] }) => failures);
  return Object.fromEntries(failures.map((one) => [one.case, one.message]));
}

const failedCall = (operation: string) =>
  `failed calls > ${operation} changes everything or nothing if a call of the platform fails`;
const SECOND_UP = "unchanged runs > a second up changes nothing, and the plan after up is empty";
const CHANGED_APP =
  "unchanged runs > up of one changed app leaves the processes of the other, and the plan after it is empty";

test("each operation that a failed call leaves in between fails, and so does a plan that is never empty", async () => {
  const failures = await failuresOf(
    "a failed deploy leaves its service",
    "a failed update stops the service",
    "a failed scaling has an error without a code",
    "settings differ each time",
  );
  expect(failures).toEqual({
    [failedCall("deploy()")]: expect.stringMatching(/the state is nothing or .* Last seen: "version 1, 0 running"/),
    [failedCall("update()")]: expect.stringMatching(/the state is version 1, .* Last seen: "version 1, 0 running"/),
    [failedCall("scale()")]: expect.stringMatching(/^expected a DeploymentError if call \d+ fails/),
    [SECOND_UP]: expect.stringContaining("plan after the first up"),
    [CHANGED_APP]: expect.any(String),
  });
});

test("a second up that restarts services without reporting it fails", async () => {
  expect(await failuresOf("a listing restarts services")).toEqual({
    [SECOND_UP]: expect.stringContaining("processes after the second up"),
    [CHANGED_APP]: expect.stringContaining("processes of the unchanged app"),
  });
});

test("a second up that makes changing calls without an effect fails", async () => {
  expect(await failuresOf("a listing makes changing calls")).toEqual({
    [SECOND_UP]: expect.stringContaining("changing calls until after the second up"),
  });
});
