import type { NormalizedRequest } from "../request/deploy-request.js";
import type { PublishedPort } from "../request/ports.js";

/**
 * - `pending`: created, but not all instances are running yet, or not healthy yet
 * - `running`: all desired instances are running, and healthy if they have a health check
 * - `completed`: all instances exited with code 0 and will not be restarted
 * - `failed`: an instance exited with another code, could not start, or is in a crash loop
 * - `stopped`: created, and not meant to run
 */
export type ServiceState = "pending" | "running" | "completed" | "failed" | "stopped";

/** One container or task of a service. */
export interface InstanceStatus {
  id: string;
  /** Name of the container or task, e.g. `demo.1`. */
  name: string;
  /** Host name of its node, on platforms with several nodes. */
  node?: string;
  state: ServiceState;
  /** The state as the engine names it: `running`, `exited`, `rejected`, ... */
  engineState: string;
  health?: "starting" | "healthy" | "unhealthy";
  exitCode?: number;
  /** The engine's error message. */
  error?: string;
  /** ISO 8601. */
  startedAt?: string;
  finishedAt?: string;
  /**
   * The number of restarts since the service was deployed or last updated. A listing leaves it out if it would take a call for
   * each instance.
   */
  restarts?: number;
}

/**
 * An update or a rollback that the platform performs by itself and that has not ended:
 * - `updating`, `rolling-back`: in progress
 * - `paused`, `rollback-paused`: paused until the next update or rollback
 */
export type UpdateState = "updating" | "paused" | "rolling-back" | "rollback-paused";

/** The observed state of a service. */
export interface ServiceStatus {
  name: string;
  /** As in `Deployment`. */
  ids: readonly string[];
  image: string;
  /** During an update, `running` means that all instances of the new version are running. */
  state: ServiceState;
  /** An update that has not ended. Undefined: no update is in progress, or the platform doesn't report updates. */
  update?: UpdateState;
  /** `running` includes instances of an earlier version that are still running. */
  replicas: { running: number; desired: number };
  ports: readonly PublishedPort[];
  labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  createdAt: string;
  /** Running instances, and the latest of the ended ones. `list` may leave it empty to save calls to the engine. */
  instances: readonly InstanceStatus[];
  /** The settings of the service, from strategies with the capability `settings`. */
  settings?: ServiceSettings;
  /**
   * The settings that another tool gave the service and for which a request has no field, as the platform names them:
   * `HostConfig.PidMode: host`. Set by `inspect`, from strategies that read services of other tools. Contains no values of
   * variables, labels or options. `StrategyManifest.keepsUnmappedSettings` says whether an update keeps them.
   */
  unmappedSettings?: readonly string[];
  /**
   * The networks that all instances are attached to, if known without another call. A network without `name` no longer
   * exists.
   */
  networks?: readonly { readonly id: string; readonly name?: string }[];
  /** Changes whenever the settings of the service change: see `UpdateOptions.revision`. */
  revision?: string;
  /**
   * A deploy, an update or a rollback is in progress or was interrupted. The next `update` recovers the service. For
   * platforms on which a change takes several steps.
   */
  unfinished?: true;
  /**
   * While `unfinished`: the version that the change has created and that is not the service yet, or the one that it has not
   * retired yet, with another `name` than the service. `remove` of that name ends the change, and the service stays: unchanged,
   * unless the new version is the service already. It has no `settings`.
   */
  unfinishedVersion?: ServiceStatus;
  /**
   * Of an `unfinishedVersion`: the name of the service. `list` also returns a version whose service no longer exists. No
   * operation except `remove` accepts the name of a version.
   */
  versionOf?: string;
  /** The version before the last update, if `rollback` can restore it. */
  previous?: {
    image: string;
    labels: Readonly<Record<string, string>>;
    /**
     * As {@link ServiceStatus.settings}. Set by `inspect`, from strategies that can read them: without it, a rollback is refused
     * while a policy is in force.
     */
    settings?: ServiceSettings;
  };
}

/**
 * The settings of a service, in the terms of a request, so that two of them can be compared field by field:
 * - values that the engine or the image fills in are left out, and so are the platform's defaults
 * - `image` has its digest if it is pinned to one
 * - `labels` are without the strategy's own; `env` is sorted
 * - fields that the strategy doesn't support are left out
 * - variables that `replicaEnv` adds are in `env`; `replicaEnv` itself is left out if it adds none
 *
 * It contains values of `env`: mask them before you print it.
 */
export type ServiceSettings = Readonly<Omit<NormalizedRequest, "imagePullPolicy">>;
