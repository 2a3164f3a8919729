import type { DeploymentError, ResourceKind } from "@openfactory/deploy-core";

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
