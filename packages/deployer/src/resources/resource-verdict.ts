import type { DeploymentError, ResourceKind } from "@openfactory/deploy-core";

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
