import { describe, expect, test } from "vitest";
import type { ContainerDetails } from "../engine-types.js";
import { errorWithHealthOutput, failedHealthOutput, failedHealthRuns, neverPassedHealth } from "./health.js";

const output = (...Log: { ExitCode: number; Output: string }[]): string | undefined =>
  failedHealthOutput({
    State: { Health: { Status: "unhealthy", FailingStreak: 1, Log } },
  } as unknown as ContainerDetails);

test("failedHealthOutput() has exit code and output of the last run of a health check", () => {
  expect(output({ ExitCode: 2, Output: "first\n" }, { ExitCode: 1, Output: " connection refused\n" })).toBe(
    "exit code 1: connection refused",
  );
  expect(output({ ExitCode: 1, Output: " \n" })).toBe("exit code 1, no output");
});

test("failedHealthOutput() is the message of the engine for a run without an exit code", () => {
  expect(output({ ExitCode: -1, Output: "Health check exceeded timeout (30s)" })).toBe(
    "Health check exceeded timeout (30s)",
  );
  expect(output({ ExitCode: -1, Output: "" })).toBe("exit code -1, no output");
});

test("failedHealthOutput() has the end of a long output", () => {
  expect(output({ ExitCode: 1, Output: `${"x".repeat(5_000)}end` })).toMatch(/^exit code 1: …x{1997}end$/);
});

test("failedHealthOutput() is undefined if the last run passed, or none has run", () => {
  expect(output({ ExitCode: 1, Output: "no" }, { ExitCode: 0, Output: "ok" })).toBeUndefined();
  expect(output()).toBeUndefined();
  expect(failedHealthOutput({ State: {} } as unknown as ContainerDetails)).toBeUndefined();
});

test("errorWithHealthOutput() joins the error and the output of the health check", () => {
  expect(errorWithHealthOutput("OOM", "exit code 1")).toBe("OOM; health check: exit code 1");
  expect(errorWithHealthOutput(undefined, "exit code 1")).toBe("health check: exit code 1");
  expect(errorWithHealthOutput("OOM", undefined)).toBe("OOM");
  expect(errorWithHealthOutput(undefined, undefined)).toBeUndefined();
});

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, 0, second * 1_000)).toISOString();
const failed = (second: number) => ({ End: at(second), ExitCode: 1, Output: "no route\n" });
const passed = (second: number) => ({ End: at(second), ExitCode: 0, Output: "" });
/** A container that ended at second 10. */
const ended = (...Log: ReturnType<typeof failed>[]): ContainerDetails =>
  ({
    State: { Status: "exited", FinishedAt: at(10), Health: { Status: "unhealthy", FailingStreak: Log.length, Log } },
  }) as ContainerDetails;

const notStarted = "OCI runtime exec failed: exec failed: unable to start container process";

// As engine 20.10 records the runs of a container that ends while its check runs.
describe.each([
  ["killed just before the container ended", { End: at(9.994), ExitCode: 137, Output: "" }],
  ["killed when the container ended", { End: at(10.005), ExitCode: 137, Output: "no ro" }],
  [
    "no longer started in a stopped container",
    { End: at(10.01), ExitCode: -1, Output: "OCI runtime exec failed: cannot exec in a stopped container: unknown" },
  ],
  ["no longer started in a stopped process", { End: at(10.1), ExitCode: -1, Output: "cannot exec in a stopped state" }],
  [
    "no longer started in the namespaces of the container",
    { End: at(10.01), ExitCode: -1, Output: `${notStarted}: error executing setns process: exit status 1: unknown` },
  ],
  [
    "no longer started by the runtime",
    { End: at(9.96), ExitCode: -1, Output: `${notStarted}: read init-p: connection reset by peer: unknown` },
  ],
])("a run of a health check that was cut off (%s)", (_, cutOff) => {
  test("is not the last output", () => {
    expect(failedHealthOutput(ended(failed(8), failed(9), cutOff))).toBe("exit code 1: no route");
    expect(failedHealthOutput(ended(cutOff))).toBeUndefined();
  });

  test("is not a failed run", () => {
    expect(failedHealthRuns(ended(failed(8), failed(9), cutOff))).toBe(2);
    expect(failedHealthRuns(ended(cutOff))).toBe(0);
  });
});

test("a run that could not be started for an unknown reason was cut off if the check failed by itself before", () => {
  const cutOff = { End: at(10.01), ExitCode: -1, Output: "OCI runtime exec failed: ttrpc: closed: unknown" };
  expect(failedHealthOutput(ended(failed(9), cutOff))).toBe("exit code 1: no route");
  expect(failedHealthRuns(ended(failed(9), cutOff))).toBe(1);
  expect(failedHealthOutput(ended(passed(9), cutOff))).toBe(cutOff.Output);
  expect(failedHealthOutput(ended(cutOff))).toBe(cutOff.Output);
});

test("a check whose command can't be started has failed", () => {
  const missing = (second: number) => ({
    End: at(second),
    ExitCode: -1,
    Output: `${notStarted}: exec: "missing": executable file not found in $PATH: unknown`,
  });
  expect(failedHealthRuns(ended(missing(9), missing(9.98)))).toBe(2);
  expect(failedHealthOutput(ended(missing(9.98)))).toMatch("executable file not found");
});

test.each<[string, ReturnType<typeof failed>, ContainerDetails["State"]["Status"]]>([
  ["killed in a running container", { End: at(10), ExitCode: 137, Output: "" }, "running"],
  ["killed at an unknown time", { End: "", ExitCode: 137, Output: "" }, "exited"],
  ["killed long before the container ended", { End: at(8), ExitCode: 137, Output: "" }, "exited"],
  ["killed at its timeout", { End: at(9.99), ExitCode: -1, Output: "Health check exceeded timeout (30s)" }, "exited"],
])("a run of a health check that was %s has failed", (_, run, Status) => {
  const container = ended(failed(7), run);
  container.State.Status = Status;
  expect(failedHealthRuns(container)).toBe(2);
  expect(failedHealthOutput(container)).toMatch(run.ExitCode === -1 ? run.Output : "exit code 137");
});

test("neverPassedHealth() is true only if the engine has all runs, and all failed", () => {
  expect(neverPassedHealth(ended(failed(8), failed(9)))).toBe(true);
  expect(neverPassedHealth(ended(passed(8), failed(9)))).toBe(false);
  expect(neverPassedHealth(ended(failed(5), failed(6), failed(7), failed(8), failed(9)))).toBe(false);
  expect(neverPassedHealth(ended())).toBe(false);
  expect(neverPassedHealth({ State: { Status: "running" } } as ContainerDetails)).toBe(false);
});

test("failedHealthRuns() is undefined without a health check", () => {
  expect(failedHealthRuns({ State: { Status: "running" } } as ContainerDetails)).toBeUndefined();
});
