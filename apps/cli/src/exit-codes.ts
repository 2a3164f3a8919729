import type { DeploymentError, ErrorCode } from "@openfactory/deploy-core";

/** The exit codes of `ofdeploy`. They never change their meaning; the README has them as a table. */
export const EXIT = {
  /** All went as asked. */
  ok: 0,
  /** An app failed, or the engine refused something. */
  failed: 1,
  /** A plan holds changes. */
  changes: 2,
  /** The input is wrong: the command line, the file, a request, or what the platform can't do. */
  badInput: 3,
  /** The engine can't be used: no answer, no permission, no swarm manager. */
  engine: 4,
  /** Something else stands in the way: a name or a port in use, a service that is not ours, or changed. */
  conflict: 5,
  /** A time limit passed. */
  timeout: 6,
  /** A fault of ofdeploy itself. */
  internal: 70,
  /** Ended by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  INVALID_REQUEST: EXIT.badInput,
  INVALID_FILE: EXIT.badInput,
  UNSUPPORTED: EXIT.badInput,
  UNKNOWN_PLATFORM: EXIT.badInput,
  UNKNOWN_PLUGIN: EXIT.badInput,
  PLUGIN_FAILED: EXIT.badInput,
  ENGINE_UNREACHABLE: EXIT.engine,
  NOT_A_SWARM_MANAGER: EXIT.engine,
  UNAUTHORIZED: EXIT.engine,
  CONFLICT: EXIT.conflict,
  ALREADY_EXISTS: EXIT.conflict,
  TIMEOUT: EXIT.timeout,
  ABORTED: EXIT.interrupted,
  NOT_FOUND: EXIT.failed,
  IMAGE_NOT_FOUND: EXIT.failed,
  NETWORK_NOT_FOUND: EXIT.failed,
  ROLLED_BACK: EXIT.failed,
  TASK_FAILED: EXIT.failed,
  ENGINE_ERROR: EXIT.failed,
};

/** A code of a later version of the contract is a failure like any other. */
export const exitCodeOf = (code: ErrorCode): ExitCode => CODES[code] ?? EXIT.failed;

/** A run ends as the first of its errors does; one that failed without any has failed all the same. */
export function exitCodeOfRun(
  outcome: "ok" | "failed" | "interrupted",
  errors: readonly (DeploymentError | undefined)[],
): ExitCode {
  const first = errors.find((error) => error !== undefined);
  if (first !== undefined) return exitCodeOf(first.code);
  return outcome === "ok" ? EXIT.ok : EXIT.failed;
}
