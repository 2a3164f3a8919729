import { expect, it } from "vitest";
import type { ContainerDetails } from "../engine-types.js";
import { failedHealthOutput } from "./containers.js";

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
