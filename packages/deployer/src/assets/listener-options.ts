import type { AssetListener } from "@openfactory/deploy-core";

/** Who receives the assets that a run created, changed or removed. */
export interface ListenerOptions {
  /** Default: none. They are not closed: whoever made them does that. */
  listeners?: readonly AssetListener[];
  /**
   * How long a listener may take for one asset, in milliseconds. Default 10000. A listener that takes longer receives no
   * more of this run, and a warning says so.
   */
  listenerTimeoutMs?: number;
}
