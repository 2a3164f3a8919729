import type { ListenerOptions } from "../assets/listener-options.js";
import type { LockOptions } from "../lock/lock-options.js";
import type { PlanOptions } from "../plan/plan-options.js";

export interface UpOptions extends Omit<PlanOptions, "refresh">, LockOptions, ListenerOptions {
  /**
   * Ask for the settings of every service, and so see what was changed by hand everywhere. Default false: only where the
   * platform's listing tells them; where it doesn't, the hash on a service decides.
   */
  refresh?: boolean;
  /** Wait until each app is ready. Default true. Apps that others depend on are waited for as those ask. */
  wait?: boolean;
  /** How long each app may take from its start until it is ready, in milliseconds. Default 120000. */
  timeoutMs?: number;
  /** How long a process without a health check must have run to count as running, in milliseconds. Default: the strategy's. */
  settleMs?: number;
  /**
   * How many apps are made or changed at the same time. Default 8, by measurement (`npm run bench -- --only concurrency`): a swarm
   * makes 500 services in 7 % less time than with 4, and in no less with more; no more than 2 make an engine start containers
   * faster. Waiting for them takes no place.
   */
  concurrency?: number;
  /** Keep what was made and changed when an app fails, and go on with the apps that don't depend on it. Default false. */
  keepFailed?: boolean;
  /** Time limit of each step when a run is put back, in milliseconds. Default 120000. */
  putBackTimeoutMs?: number;
  /** Look first for what would make deploys fail, where the platform can. Default true. */
  preflight?: boolean;
}
