import type { ContainerDetails } from "../engine-types.js";

type ContainerState = Pick<ContainerDetails, "State">;
type HealthRun = NonNullable<NonNullable<ContainerDetails["State"]["Health"]>["Log"]>[number];

/** The engine keeps this many runs of a health check (moby, daemon/health.go, `maxLogEntries`). */
const KEPT_RUNS = 5;

/** The exit code of a run that the engine could not start, or that took longer than the timeout of the health check. */
const NO_EXIT_CODE = -1;

/** How long before or after its container a run that was cut off can end, in milliseconds. */
const CUT_OFF_WITHIN_MS = 1_000;

/** What the engine records of a run that it could not start because the container was ending (engine 20.10 with runc 1.1). */
const COULD_NOT_START = /not running|stopped (container|state)|setns process|init-p/i;

/** What the engine records of a run that took longer than the timeout of the health check. */
const TIMED_OUT = /^health check exceeded timeout/i;

/**
 * Whether the end of the container cut off a run of its health check: the kernel killed the run with the container's process
 * (exit code 137), or the engine could no longer start it (-1). The engine records such a run as failed, but it says nothing
 * about the process. An engine can't start a check whose command is wrong either, but then no earlier run has an exit code.
 */
function wasCutOff(
  { Status, FinishedAt }: ContainerDetails["State"],
  { ExitCode, End = "", Output }: HealthRun,
  earlier: HealthRun[],
): boolean {
  const apartMs = Math.abs(Date.parse(End) - Date.parse(FinishedAt));
  // Of an engine that reports no times, no run is known to have been cut off.
  if (Status === "running" || Number.isNaN(apartMs) || apartMs > CUT_OFF_WITHIN_MS) return false;
  if (ExitCode !== NO_EXIT_CODE || TIMED_OUT.test(Output)) return ExitCode === 137;
  // Runtimes have more messages than the known ones. A check that failed by itself before shows that it can be started.
  return COULD_NOT_START.test(Output) || earlier.some((run) => run.ExitCode > 0);
}

/** The last runs of a container's health check, oldest first, without those that were cut off. */
const healthRuns = ({ State }: ContainerState): HealthRun[] =>
  (State.Health?.Log ?? []).filter((run, index, runs) => !wasCutOff(State, run, runs.slice(0, index)));

/** How many runs of a container's health check failed since one passed; undefined if it has no health check. */
export function failedHealthRuns(container: ContainerState): number | undefined {
  const { FailingStreak, Log = [] } = container.State.Health ?? {};
  return FailingStreak && FailingStreak - (Log.length - healthRuns(container).length);
}

/** Whether a container's health check ran and certainly never passed. False if it has run more often than the engine records. */
export function neverPassedHealth({ State }: ContainerState): boolean {
  const { Log = [] } = State.Health ?? {};
  return Log.length > 0 && Log.length < KEPT_RUNS && Log.every(({ ExitCode }) => ExitCode !== 0);
}

/** Longer outputs lose their beginning: the reason of a failure is at the end. */
const MAX_CHARACTERS = 2_000;

/**
 * Exit code and output of the last run of a container's health check: `exit code 1: connection refused`; the engine's message
 * for a run without an exit code: `Health check exceeded timeout (30s)`. A run that the end of the container cut off does not
 * count. Undefined if no check has run, or the last run passed.
 */
export function failedHealthOutput(container: ContainerState): string | undefined {
  const last = healthRuns(container).at(-1);
  if (last === undefined || last.ExitCode === 0) return undefined;
  const output = last.Output.trim();
  const end = output.length > MAX_CHARACTERS ? `…${output.slice(-MAX_CHARACTERS)}` : output;
  if (last.ExitCode === NO_EXIT_CODE && end !== "") return end;
  return `exit code ${last.ExitCode}${end === "" ? ", no output" : `: ${end}`}`;
}

/** An error of a container, with the last output of its health check if that failed; undefined without either. */
export const errorWithHealthOutput = (error: string | undefined, output: string | undefined): string | undefined =>
  [error, output && `health check: ${output}`].filter(Boolean).join("; ") || undefined;
