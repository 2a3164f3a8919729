import type { DeploymentError } from "@openfactory/deploy-core";
import type { ScaleReport } from "@openfactory/deployer";

/** What became of one of several apps that were to have another number of replicas. */
export type ScaledApp = Pick<ScaleReport, "app" | "service" | "to" | "warnings" | "elapsedMs"> & {
  /** How many there were; undefined where that did not come out. */
  from?: number;
  /** `skipped`: not begun, since the run had ended before. */
  outcome: ScaleReport["outcome"] | "failed" | "skipped";
  error?: DeploymentError;
  status?: ScaleReport["status"];
};

export interface ScaleAllReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order in which they were named. */
  apps: readonly ScaledApp[];
  elapsedMs: number;
}
