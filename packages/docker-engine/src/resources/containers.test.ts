import { expect, it } from "vitest";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import { errorWithHealthOutput, failedHealthOutput, listedName } from "./containers.js";

const output = (...Log: { ExitCode: number; Output: string }[]): string | undefined =>
  failedHealthOutput({
    State: { Health: { Status: "unhealthy", FailingStreak: 1, Log } },
  } as unknown as ContainerDetails);

it("failedHealthOutput() has exit code and output of the last run of a health check", () => {
  expect(output({ ExitCode: 2, Output: "first\n" }, { ExitCode: 1, Output: " connection refused\n" })).toBe(
    "exit code 1: connection refused",
  );
  expect(output({ ExitCode: 1, Output: " \n" })).toBe("exit code 1, no output");
});

it("failedHealthOutput() has the end of a long output", () => {
  expect(output({ ExitCode: 1, Output: `${"x".repeat(5_000)}end` })).toMatch(/^exit code 1: …x{1997}end$/);
});

it("failedHealthOutput() is undefined if the last run passed, or none has run", () => {
  expect(output({ ExitCode: 1, Output: "no" }, { ExitCode: 0, Output: "ok" })).toBeUndefined();
  expect(output()).toBeUndefined();
  expect(failedHealthOutput({ State: {} } as unknown as ContainerDetails)).toBeUndefined();
});

it("listedName() leaves out names that other containers have for a container, and falls back to the id", () => {
  const summary = (...Names: string[]) => ({ Id: "0123", Names }) as ContainerSummary;
  expect(listedName(summary("/web/db", "/db"))).toBe("db");
  expect(listedName(summary())).toBe("0123");
});

it("errorWithHealthOutput() joins the error and the output of the health check", () => {
  expect(errorWithHealthOutput("OOM", "exit code 1")).toBe("OOM; health check: exit code 1");
  expect(errorWithHealthOutput(undefined, "exit code 1")).toBe("health check: exit code 1");
  expect(errorWithHealthOutput("OOM", undefined)).toBe("OOM");
  expect(errorWithHealthOutput(undefined, undefined)).toBeUndefined();
});
