import type { DeploymentError, DeploymentWarning, ResourceKind, ServiceStatus } from "@openfactory/deploy-core";
import type { AppAction } from "./plan.js";
import type { ProjectWarning } from "./warnings.js";

/**
 * What became of an app:
 * - `running`: made by this run, and ready
 * - `completed`: made or changed by this run, and ended with exit code 0
 * - `started`: made or changed by this run, and not waited for
 * - `stopped`: made or changed by this run, and asked to run nothing: 0 replicas
 * - `updated`: changed by this run (in place, or made anew), and ready
 * - `adopted`: taken over by this run, and ready
 * - `unchanged`: was there already, and is as it should be
 * - `rolled-back`: its new version failed, and the platform went back to the one before: see `error`
 * - `failed`: see `error`
 * - `skipped`: not touched: see `because`
 * - `put-back`: was made or changed by this run, and is as before again, since the run failed or was interrupted
 */
export type AppOutcome =
  | "running"
  | "completed"
  | "stopped"
  | "started"
  | "updated"
  | "adopted"
  | "unchanged"
  | "rolled-back"
  | "failed"
  | "skipped"
  | "put-back";

/**
 * What is there of an app when the run has ended:
 * - `desired`: what the file says (ready or not: the outcome tells)
 * - `before`: what was there before the run
 * - `nothing`: no service of that name
 * - `unknown`: the platform did not tell
 */
export type AppNow = "desired" | "before" | "nothing" | "unknown";

export interface AppVerdict {
  app: string;
  service: string;
  /** What the plan was. */
  action: AppAction;
  outcome: AppOutcome;
  now: AppNow;
  error?: DeploymentError;
  /** The app on whose account it was skipped or put back; undefined: the run was interrupted. */
  because?: string;
  /** As it was seen last, without its settings. */
  status?: ServiceStatus;
  /** The run was reverted, and this app was not, on purpose: why, in one sentence. */
  kept?: string;
  /** It should have been put back, and is not as it was before: why. */
  leftBehind?: DeploymentError;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** What a run did, and what runs now. Plain data. */
export interface UpReport {
  project: string;
  platform: string;
  /** Id of the run, which is on all that it made and changed: `org.openfactory.deploy.run`. */
  run: string;
  /** `failed`: an app failed, or a resource or orphan could not be made or removed; `interrupted`: the caller's signal fired. */
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the desired apps. */
  apps: readonly AppVerdict[];
  /** Services that were removed, since the file no longer names them. */
  orphans: readonly RemovalVerdict[];
  /** Resources that were made or removed, or could not be. */
  resources: readonly ResourceVerdict[];
  /** How what the run had changed was put back, in the order in which that was done. None: there was nothing to put back. */
  compensation: readonly CompensationStep[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/**
 * How one change of a run is taken back:
 * - `remove`: what it made is removed
 * - `rollback`: the platform brings the version before back
 * - `restore`: the service is changed back to the settings it had
 * - `redeploy`: the service that was removed is deployed again with the settings it had
 * - `keep`: it is a job, or has run to its end: it stays as the run has made it; see `reason`
 */
export type CompensationAction = "remove" | "rollback" | "restore" | "redeploy" | "keep";

/** One step of putting back what a failed or interrupted run had changed. Plain data. */
export interface CompensationStep {
  readonly action: CompensationAction;
  /** The app's name, and its service; of a resource, left out. */
  readonly app?: string;
  readonly service?: string;
  readonly resource?: { readonly kind: ResourceKind; readonly name: string };
  readonly state: "begun" | "done" | "failed";
  /** Of `keep`: why, in one sentence. */
  readonly reason?: string;
  /** Of `failed`: what is not as it was before, and why. */
  readonly error?: DeploymentError;
  /** Of `done` and `failed`. */
  readonly elapsedMs?: number;
}

/** What became of a network, volume, config or secret of the project. */
export interface ResourceVerdict {
  readonly kind: ResourceKind;
  readonly name: string;
  /**
   * `created`: made by this run; `removed`: gone; `failed`: it could not be made or removed, see `error`; `put-back`:
   * made by this run, and removed again since it failed; `skipped`: not begun, since the run had ended before; `kept`: left
   * by `down`, see `reason`.
   */
  readonly outcome: "created" | "removed" | "failed" | "put-back" | "skipped" | "kept";
  /** Of `kept`: one sentence. */
  readonly reason?: string;
  readonly error?: DeploymentError;
}

/** What became of a service that was to be removed. */
export interface RemovalVerdict {
  service: string;
  /** The app's name, where it is known. */
  app?: string;
  /**
   * `removed`: gone; `failed`: see `error`; `skipped`: not begun, since the run was interrupted; `foreign`: left alone,
   * since another project or another file owns it, see `reason`; `put-back`: it was removed by a run that then failed, and is there again.
   */
  outcome: "removed" | "failed" | "skipped" | "foreign" | "put-back";
  /** Of `foreign`: to what it belongs, in one sentence. */
  reason?: string;
  error?: DeploymentError;
  elapsedMs: number;
}

/** What a run of `down` did. Plain data. */
export interface DownReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** None: there was nothing to remove. */
  services: readonly RemovalVerdict[];
  /** The networks, configs and secrets that were made for them, and, where they were asked for, volumes. */
  resources: readonly ResourceVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
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

/** What became of an app that was scaled. Plain data. */
export interface ScaleVerdict {
  app: string;
  service: string;
  /** How many replicas were asked for, before and now. */
  from: number;
  to: number;
  /** `running`: all of them run; `stopped`: there are none to run; `started`: not waited for. */
  outcome: "running" | "stopped" | "started";
  /** As it was seen last, without its settings. */
  status?: ServiceStatus;
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/** What a run of `scale` did. Plain data. */
export interface ScaleReport extends ScaleVerdict {
  project: string;
  platform: string;
}

/** What became of the registry credentials of one service. */
export interface RefreshVerdict {
  service: string;
  /** The app's name, where it is known. */
  app?: string;
  /**
   * `renewed`; `kept`: there are none to store, see `warnings`; `failed`: see `error`; `skipped`: not begun, since the run
   * was interrupted; `foreign`: left alone, since this project did not make it.
   */
  outcome: "renewed" | "kept" | "failed" | "skipped" | "foreign";
  /** Of `foreign`: to what it belongs, in one sentence. */
  reason?: string;
  error?: DeploymentError;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** What a run of `refreshAuth` did. Plain data. */
export interface RefreshReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** None: nothing of the project is deployed. */
  services: readonly RefreshVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}
