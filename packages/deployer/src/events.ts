import type { DeploymentWarning, ProgressEvent } from "@openfactory/deploy-core";
import type { AppVerdict } from "./apply/up-report.js";
import type { UpPlan } from "./plan/plan-up.js";
import type { ProjectWarning } from "./project-warning.js";
import type { RefreshVerdict } from "./refresh/refresh-verdict.js";
import type { RemovalVerdict } from "./remove/removal-verdict.js";

/**
 * Where an app is on its way:
 * - `blocked`: waits for apps it depends on
 * - `deploying`: is being made
 * - `waiting`: is made, and not ready yet
 * - `completing`: is ready, and others wait for it to end
 * - `removing`: is being removed (by `down`, or to put back what a failed run made)
 * - `refreshing`: is given new registry credentials
 */
export type AppPhase = "blocked" | "deploying" | "waiting" | "completing" | "removing" | "refreshing";

/** What a run tells while it goes on. */
export type DeployerEvent =
  | { type: "plan"; plan: UpPlan }
  | { type: "phase"; app: string; service: string; phase: AppPhase; detail?: string }
  /** A strategy's own event, of a pull, a step or a wait. */
  | { type: "progress"; app: string; service: string; progress: Exclude<ProgressEvent, { type: "warning" }> }
  | { type: "warning"; app?: string; warning: DeploymentWarning | ProjectWarning }
  | { type: "verdict"; verdict: AppVerdict }
  | { type: "removal"; removal: RemovalVerdict }
  | { type: "refresh"; refresh: RefreshVerdict };

export type Observer = (event: DeployerEvent) => void;
