import type { DeploymentError } from "@openfactory/deploy-core";

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
