import type { DeploymentError, DeploymentWarning, ResourceKind, ServiceStatus } from "@openfactory/deploy-core";
import type { AppAction } from "./plan.js";
import type { ProjectWarning } from "./warnings.js";

/**
 * The outcome of an app:
 * - `running`: deployed by this run, and ready
 * - `completed`: deployed or updated by this run, and exited with code 0
 * - `started`: deployed or updated by this run, without waiting for it
 * - `stopped`: deployed or updated by this run, with 0 replicas desired
 * - `updated`: updated or replaced by this run, and ready
 * - `adopted`: adopted by this run, and ready
 * - `unchanged`: the existing service matched the file
 * - `rolled-back`: its new version failed, and the platform restored the previous one: see `error`
 * - `failed`: see `error`
 * - `skipped`: not changed: see `causedBy`
 * - `reverted`: deployed or changed by this run, and reverted because the run failed or was interrupted
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
  | "reverted";

/**
 * The version of an app that exists after the run:
 * - `desired`: the version of the file (the outcome says whether it is ready)
 * - `before`: the version from before the run
 * - `nothing`: no service has its name
 * - `unknown`: the platform could not be asked
 */
export type ActualState = "desired" | "previous" | "absent" | "unknown";

export interface AppVerdict {
  app: string;
  service: string;
  /** The planned action. */
  action: AppAction;
  outcome: AppOutcome;
  now: ActualState;
  error?: DeploymentError;
  /** The app that caused this one to be skipped or reverted; undefined: the run was interrupted. */
  causedBy?: string;
  /** The last observed status, without settings. */
  status?: ServiceStatus;
  /** Why this app was deliberately not reverted with the run, in one sentence. */
  kept?: string;
  /** Why the revert of this app failed. */
  leftBehind?: DeploymentError;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** The result of `up`. Plain data. */
export interface UpReport {
  project: string;
  platform: string;
  /** Id of the run, in the label `org.openfactory.deploy.run` of everything that it created or changed. */
  run: string;
  /** `failed`: an app failed, or a resource or orphan could not be created or removed; `interrupted`: the caller's signal fired. */
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the desired apps. */
  apps: readonly AppVerdict[];
  /** Services that were removed because the file no longer contains them. */
  orphans: readonly RemovalVerdict[];
  /** Resources that were created or removed, or could not be. */
  resources: readonly ResourceVerdict[];
  /** The steps that reverted the run, in order. Empty: nothing was reverted. */
  revertSteps: readonly RevertStep[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/**
 * How one change of a run is reverted:
 * - `remove`: the new service or resource is removed
 * - `rollback`: the platform rolls the service back to its previous version
 * - `restore`: the service is updated with its previous settings
 * - `redeploy`: the removed service is deployed again with its previous settings
 * - `keep`: the service is a job, or its process has completed, so the run's version stays; see `reason`
 */
export type RevertAction = "remove" | "rollback" | "restore" | "redeploy" | "keep";

/** One step of the revert of a failed or interrupted run. Plain data. */
export interface RevertStep {
  readonly action: RevertAction;
  /** The app's name; `app` and `service` are omitted for a resource. */
  readonly app?: string;
  readonly service?: string;
  readonly resource?: { readonly kind: ResourceKind; readonly name: string };
  readonly state: "begun" | "done" | "failed";
  /** Of `keep`: why, in one sentence. */
  readonly reason?: string;
  /** Of `failed`. */
  readonly error?: DeploymentError;
  /** Of `done` and `failed`. */
  readonly elapsedMs?: number;
}

/** The outcome of a network, volume, config or secret of the project. */
export interface ResourceVerdict {
  readonly kind: ResourceKind;
  readonly name: string;
  /**
   * - `created`, `removed`
   * - `failed`: it could not be created or removed; see `error`
   * - `reverted`: created by this run, and removed again because the run failed
   * - `skipped`: the run ended first
   * - `kept`: `down` did not remove it; see `reason`
   */
  readonly outcome: "created" | "removed" | "failed" | "reverted" | "skipped" | "kept";
  /** Of `kept`: one sentence. */
  readonly reason?: string;
  readonly error?: DeploymentError;
}

/** The outcome of the removal of a service. */
export interface RemovalVerdict {
  service: string;
  /** The app's name, if known. */
  app?: string;
  /**
   * - `removed`
   * - `failed`: see `error`
   * - `skipped`: the run was interrupted first
   * - `foreign`: not removed, because another project or file owns it; see `reason`
   * - `reverted`: removed by a run that then failed, and deployed again
   */
  outcome: "removed" | "failed" | "skipped" | "foreign" | "reverted";
  /** Of `foreign`: its owner, in one sentence. */
  reason?: string;
  error?: DeploymentError;
  elapsedMs: number;
}

/** The result of `down`. Plain data. */
export interface DownReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** Empty: there was nothing to remove. */
  services: readonly RemovalVerdict[];
  /** The networks, configs and secrets of the services, and volumes if requested. */
  resources: readonly ResourceVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/**
 * The outcome of an app:
 * - `running`, `completed`: its previous version is restored, and is ready, or exited with code 0
 * - `stopped`: its previous version is restored, with 0 replicas desired
 * - `started`: its previous version is restored, without waiting for it
 * - `failed`: see `error`
 * - `no-previous`: there is no version to roll back to; see `reason`
 * - `skipped`: an app that it depends on failed (`causedBy`), it is a job that was not named (`reason`), or the run was
 *   interrupted
 */
export type RollbackOutcome = "running" | "completed" | "stopped" | "started" | "failed" | "no-previous" | "skipped";

export interface RollbackVerdict {
  app: string;
  service: string;
  outcome: RollbackOutcome;
  /** Image before the rollback. */
  from?: string;
  /** Image after the rollback. */
  to?: string;
  /** One sentence. */
  reason?: string;
  causedBy?: string;
  error?: DeploymentError;
  /** The last observed status, without settings. */
  status?: ServiceStatus;
  elapsedMs: number;
}

/** The result of `rollback`. Apps that were rolled back stay so, whatever fails. Plain data. */
export interface RollbackReport {
  project: string;
  platform: string;
  /** Id of the run that was rolled back; omitted where apps were named. */
  run?: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the file; other apps last. */
  apps: readonly RollbackVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/** An operation on the processes of apps. */
export type ProcessOperation = "restart" | "stop" | "start";

/**
 * The outcome of an app that is restarted, stopped or started:
 * - `running`, `completed`: its processes were started, and are ready, or exited with code 0
 * - `started`: its processes were started, without waiting for them
 * - `stopped`: its processes have ended
 * - `unchanged`: it already was as requested
 * - `failed`: see `error`
 * - `skipped`: an app that must come first failed (`causedBy`), or the run was interrupted
 */
export type ProcessOutcome = "running" | "completed" | "started" | "stopped" | "unchanged" | "failed" | "skipped";

/** Plain data. */
export interface ProcessVerdict {
  app: string;
  service: string;
  outcome: ProcessOutcome;
  causedBy?: string;
  error?: DeploymentError;
  /** The last observed status, without settings. */
  status?: ServiceStatus;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** The result of `restart`, `stop` or `start`. Plain data. */
export interface ProcessReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the file; other apps last. */
  apps: readonly ProcessVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/** The outcome of a scaled app. Plain data. */
export interface ScaleVerdict {
  app: string;
  service: string;
  /** Desired replicas before. */
  from: number;
  /** Desired replicas now. */
  to: number;
  /** `running`: all replicas run; `stopped`: 0 replicas are desired; `started`: the run did not wait. */
  outcome: "running" | "stopped" | "started";
  /** The last observed status, without settings. */
  status?: ServiceStatus;
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/** The result of `scale`. Plain data. */
export interface ScaleReport extends ScaleVerdict {
  project: string;
  platform: string;
}

/** The outcome of the registry credentials of one service. */
export interface RefreshVerdict {
  service: string;
  /** The app's name, if known. */
  app?: string;
  /**
   * - `renewed`
   * - `kept`: there are no credentials to store; see `warnings`
   * - `failed`: see `error`
   * - `skipped`: the run was interrupted first
   * - `foreign`: not changed, because it does not belong to this project
   */
  outcome: "renewed" | "kept" | "failed" | "skipped" | "foreign";
  /** Of `foreign`: its owner, in one sentence. */
  reason?: string;
  error?: DeploymentError;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** The result of `refreshAuth`. Plain data. */
export interface RefreshReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** Empty: the project has no deployed services. */
  services: readonly RefreshVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}
