import type { DeploymentError, DeploymentWarning, ServiceStatus } from "@openfactory/deploy-core";
import type { CompensationStep } from "../compensate/compensation-step.js";
import type { AppAction } from "../plan/plan.js";
import type { ProjectWarning } from "../project-warning.js";
import type { RemovalVerdict } from "../remove/removal-verdict.js";
import type { ResourceVerdict } from "../resources/resource-verdict.js";

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
