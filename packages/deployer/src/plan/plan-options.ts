import type { Observer } from "../events.js";

export interface PlanOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Refuse what would otherwise be a warning. Default false. */
  strict?: boolean;
  /**
   * Ask for the settings of every service, and for all resources of the project. Default true: costs one more call for
   * each service where the platform's listing does not hold them.
   */
  refresh?: boolean;
  /** Services and resources of the project that the file no longer names are to be removed. Default false. */
  prune?: boolean;
  /** With `prune`: volumes too, and with them their data. Default false. */
  volumes?: boolean;
  /** Apps (by name) whose services may be taken over where somebody else made them. Default: none. */
  adopt?: readonly string[];
  /**
   * Take over what another file (or directory) of the same project owns, where the run's files name it: a file was renamed
   * or moved, or an app has moved from one file to another. Default false: it is a conflict.
   */
  takeOwnership?: boolean;
  /** Show values of `env` in changes. Default false: they are masked. */
  showEnv?: boolean;
}
