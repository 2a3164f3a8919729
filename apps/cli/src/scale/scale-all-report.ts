import type { DeploymentError } from "@openfactory/deploy-core";
import type { ScaleReport } from "@openfactory/deployer";

/** What became of one of several apps that were to have another number of replicas. */
export type ScaledApp = Pick<ScaleReport, "app" | "to" | "warnings" | "elapsedMs"> &
  // Not known where it did not come to that.
  Partial<Pick<ScaleReport, "service" | "from" | "status">> & {
    /** `skipped`: not begun, since the run had ended before. */
    outcome: ScaleReport["outcome"] | "failed" | "skipped";
    error?: DeploymentError;
  };

export interface ScaleAllReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order in which they were named. */
  apps: readonly ScaledApp[];
  elapsedMs: number;
}
