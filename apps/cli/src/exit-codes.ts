import type { DeploymentError, ErrorCode } from "@openfactory/deploy-core";

/** The exit codes of `ofdeploy`, a public interface. The README lists them in a table. */
export const EXIT = {
  /** Success. */
  ok: 0,
  /** An app failed, or the engine returned an error. */
  failed: 1,
  /** A plan has changes. */
  changes: 2,
  /** Bad input: the command line, a file, a request, or a feature that the platform does not support. */
  badInput: 3,
  /** The engine can't be used: no answer, no permission, no swarm manager, no leader of the swarm. */
  engine: 4,
  /** A conflict: a name or port in use, a service of another owner, or a service that changed during the run. */
  conflict: 5,
  /** A time limit passed. */
  timeout: 6,
  /** A bug in ofdeploy. */
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
  POLICY_VIOLATION: EXIT.badInput,
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

/** The exit code of an error. Codes of later contract versions count as failures. */
export const exitCodeOf = (code: ErrorCode): ExitCode => CODES[code] ?? EXIT.failed;

/** The exit code of a run: the one of its first error, or `failed` if the run failed without an error. */
export function exitCodeOfRun(
  outcome: "ok" | "failed" | "interrupted",
  errors: readonly (DeploymentError | undefined)[],
): ExitCode {
  const first = errors.find((error) => error !== undefined);
  if (first !== undefined) return exitCodeOf(first.code);
  return outcome === "ok" ? EXIT.ok : EXIT.failed;
}
