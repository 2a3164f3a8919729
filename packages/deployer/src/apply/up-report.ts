import type { DeploymentError, DeploymentWarning, ServiceStatus } from "@openfactory/deploy-core";
import type { ProjectWarning } from "../project-warning.js";

/**
 * What became of an app:
 * - `running`: made by this run, and ready
 * - `completed`: made by this run, and ended with exit code 0
 * - `started`: made by this run, and not waited for
 * - `unchanged`: was there already, made from the same request, and is as it should be
 * - `failed`: see `error`
 * - `skipped`: not made: see `because`
 * - `put-back`: was made by this run, and removed again since the run failed or was interrupted
 */
export type AppOutcome = "running" | "completed" | "started" | "unchanged" | "failed" | "skipped" | "put-back";

export interface AppVerdict {
  app: string;
  service: string;
  outcome: AppOutcome;
  error?: DeploymentError;
  /** The app on whose account it was skipped or put back; undefined: the run was interrupted. */
  because?: string;
  /** As it was seen last. */
  status?: ServiceStatus;
  /** A failed app was removed again. */
  removed?: true;
  /** It should have been removed again, and is still there: why. */
  leftBehind?: DeploymentError;
  warnings: readonly DeploymentWarning[];
  elapsedMs: number;
}

/** What a run did, and what runs now. Plain data. */
export interface UpReport {
  project: string;
  platform: string;
  /** `failed`: an app failed; `interrupted`: the caller's signal fired. */
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the desired apps. */
  apps: readonly AppVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}
