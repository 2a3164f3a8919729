import type { DeploymentError, ServiceStatus } from "@openfactory/deploy-core";
import type { ListenerOptions } from "../assets/listener-options.js";
import type { Observer } from "../events.js";
import type { LockOptions } from "../lock/lock-options.js";
import type { ProjectWarning } from "../project-warning.js";

export interface RollbackOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /**
   * Apps to bring back, by name, whatever their previous version is: done twice, an app is back at the newer one.
   * Default: those whose last change was made by the newest run, as far as they have an earlier version.
   */
  apps?: readonly string[];
  /** As in {@link UpOptions}. */
  wait?: boolean;
  timeoutMs?: number;
  settleMs?: number;
  concurrency?: number;
}

/**
 * What became of an app:
 * - `running`, `completed`: its previous version is back, and ready, or has ended with exit code 0
 * - `stopped`: its previous version is back, and asks to run nothing: 0 replicas
 * - `started`: its previous version is back, and was not waited for
 * - `failed`: see `error`
 * - `no-previous`: there is no version to go back to; `reason` says more
 * - `skipped`: not begun: an app that it depends on failed (`because`), it is a job that was not named (`reason`), or the run
 *   was interrupted
 */
export type RollbackOutcome = "running" | "completed" | "stopped" | "started" | "failed" | "no-previous" | "skipped";

export interface RollbackVerdict {
  app: string;
  service: string;
  outcome: RollbackOutcome;
  /** Images before and after. */
  from?: string;
  to?: string;
  /** One sentence. */
  reason?: string;
  because?: string;
  error?: DeploymentError;
  /** As it was seen last, without its settings. */
  status?: ServiceStatus;
  elapsedMs: number;
}

/** What a run of `rollback` did. A failure puts nothing forward again: what was brought back stays. Plain data. */
export interface RollbackReport {
  project: string;
  platform: string;
  /** Id of the run that was taken back; left out where apps were named. */
  run?: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the file, apps that it does not name last. */
  apps: readonly RollbackVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}
