import type { Observer } from "../events.js";

export interface UpOptions {
  /** Ends the run; what it had made is removed again. */
  signal?: AbortSignal;
  observer?: Observer;
  /** Refuse what would otherwise be a warning. Default false. */
  strict?: boolean;
  /** Wait until each app is ready. Default true. Apps that others depend on are waited for as those ask. */
  wait?: boolean;
  /** How long each app may take from its start until it is ready, in milliseconds. Default 120000. */
  timeoutMs?: number;
  /** How many apps are made at the same time. Default 4. Waiting for them takes no place. */
  concurrency?: number;
  /** Keep what was made when an app fails, and go on with the apps that don't depend on it. Default false. */
  keepFailed?: boolean;
  /** Time limit of each removal when a run is put back, in milliseconds. Default 120000. */
  putBackTimeoutMs?: number;
}
