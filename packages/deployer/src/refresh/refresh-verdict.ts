import type { DeploymentError, DeploymentWarning } from "@openfactory/deploy-core";

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
