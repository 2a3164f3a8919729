import type { NormalizedRequest } from "../request/deploy-request.js";
import type { PublishedPort } from "../request/ports.js";

/**
 * - `pending`: made, and not (all of it) running yet, or not healthy yet
 * - `running`: all that should run runs, and is healthy where it has a health check
 * - `completed`: everything ended with exit code 0 and will not be started again
 * - `failed`: something ended otherwise, could not be started, or is started again and again
 * - `stopped`: made, and asked not to run
 */
export type ServiceState = "pending" | "running" | "completed" | "failed" | "stopped";

/** One container or task of a service. */
export interface InstanceStatus {
  id: string;
  /** Name of the container or task, e.g. `demo.1`. */
  name: string;
  /** Host name of the node it is on, where there are nodes. */
  node?: string;
  state: ServiceState;
  /** The engine's own word: `running`, `exited`, `rejected`, ... */
  engineState: string;
  health?: "starting" | "healthy" | "unhealthy";
  exitCode?: number;
  /** The engine's own words on what went wrong. */
  error?: string;
  /** ISO 8601. */
  startedAt?: string;
  finishedAt?: string;
  /** How often it was started again. */
  restarts: number;
}

/**
 * An update or a rollback that the platform makes by itself and that has not ended:
 * - `updating`, `rolling-back`: it goes on
 * - `paused`, `rollback-paused`: it has stopped, and goes on with the next update or rollback only
 */
export type UpdateState = "updating" | "paused" | "rolling-back" | "rollback-paused";

/** A service as it is on the engine. */
export interface ServiceStatus {
  name: string;
  /** As in `Deployment`. */
  ids: readonly string[];
  image: string;
  /** While an update has not ended, `running` means that all instances of the present version run. */
  state: ServiceState;
  /** An update that has not ended; left out: there is none, or the platform can't tell. */
  update?: UpdateState;
  /** `running` counts instances of an earlier version that still run, too. */
  replicas: { running: number; desired: number };
  ports: readonly PublishedPort[];
  labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  createdAt: string;
  /** What runs, and the last of what ended. `list` may leave it empty where it would cost further calls. */
  instances: readonly InstanceStatus[];
  /** What it was asked to be, by strategies that can tell: see `CanTellSettings`. */
  settings?: ServiceSettings;
  /**
   * The networks that all its instances are attached to, where that costs no further call. Undefined: not known.
   * `name` is left out of a network that no longer exists.
   */
  networks?: readonly { readonly id: string; readonly name?: string }[];
  /** Changes with every change of what the service is asked to be: see `UpdateOptions.revision`. */
  revision?: string;
  /**
   * A deploy, an update or a rollback of it has been made in part: it goes on, or was cut off, by the end of its process.
   * What that has left is put right by the next `update`. For platforms on which a change takes several steps.
   */
  unfinished?: true;
  /** The version before the last update, where a rollback would bring one back. */
  previous?: { image: string; labels: Readonly<Record<string, string>> };
}

/**
 * What a service was asked to be, in the terms of a request, so that two can be compared field by field:
 * - what the engine (or the image) fills in by itself is left out, as is what equals the platform's default
 * - `image` has its digest where it is pinned to one
 * - `labels` are without the strategy's own; `env` is sorted
 * - fields that the strategy does not honour are left out
 * - the variables that `replicaEnv` adds are in `env`; `replicaEnv` itself is left out where it adds none
 *
 * It holds values of `env`: whoever shows it masks them.
 */
export type ServiceSettings = Readonly<Omit<NormalizedRequest, "imagePullPolicy">>;
