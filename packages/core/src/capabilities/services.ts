import type { Deployment, DeploymentWarning, DeployOptions, OperationOptions } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { ServiceSettings, ServiceStatus } from "./status.js";

export interface CanInspect {
  /** @throws DeploymentError `NOT_FOUND`. */
  inspect(serviceName: string, options?: OperationOptions): Promise<ServiceStatus>;
}

export interface ListOptions extends OperationOptions {
  /** Only services that have all of these labels with these values. */
  labels?: Readonly<Record<string, string>>;
  /**
   * Return the `settings` of every service, at the cost of one more call for each service whose settings the platform's
   * listing leaves out. Default false: `settings` is set only if it costs no call.
   */
  settings?: boolean;
  /**
   * Return {@link ServiceStatus.instances}. Default true. If false, a strategy may leave them empty for converged services
   * to save calls.
   */
  instances?: boolean;
  /**
   * Whether a service is worth calls beyond the listing itself. Default: all are. Of other services, a strategy may leave out
   * `settings` and `instances`, and may report one that was stopped as one that has ended. A strategy whose listing contains more
   * passes the whole status: then the caller can decide from the settings that it needs them no longer, which saves memory.
   */
  isRelevant?: (service: Pick<ServiceStatus, "name" | "labels"> & Partial<ServiceStatus>) => boolean;
}

export interface CanList {
  /** The services of this platform, sorted by name. */
  list(options?: ListOptions): Promise<ServiceStatus[]>;
  /**
   * Identifies the engine, or the cluster, that `list` reads: the same text as long as the engine exists, by whatever address it
   * is reached, and another one for every other engine. A saved plan is applied only to the engine that it was made for.
   * Optional: without it, that is not checked.
   * @throws DeploymentError `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`, ...
   */
  engineId?(options?: OperationOptions): Promise<string>;
}

export interface WaitOptions extends OperationOptions {
  /** Milliseconds. Default 120000. */
  timeoutMs?: number;
  /**
   * How long a process without a health check must have run to count as running, in milliseconds. Default: the strategy's, such
   * as 500 for Docker and 1000 for Swarm.
   */
  settleMs?: number;
}

export interface CanWait {
  /**
   * Resolves when the service is running (and healthy, if it has a health check) or has completed.
   * @throws DeploymentError `TASK_FAILED` or `IMAGE_NOT_FOUND`, both with the failed instance; `TIMEOUT`, `NOT_FOUND`,
   * `ROLLED_BACK`, `ABORTED`.
   */
  wait(serviceName: string, options?: WaitOptions): Promise<ServiceStatus>;
}

export interface LogsOptions extends OperationOptions {
  /** Keep reading new lines. Default false. */
  follow?: boolean;
  /** Only this number of the latest lines of each instance. Default: all lines. */
  tail?: number;
  /** Only lines written since. */
  since?: Date;
}

/** One line of output. */
export interface LogEntry {
  service: string;
  /** Name of the container or task. */
  instance: string;
  node?: string;
  stream: "stdout" | "stderr";
  /** ISO 8601 with nanoseconds, as the engine returns it. */
  timestamp: string;
  /** Without its line break. */
  line: string;
}

export interface CanLogs {
  /** The lines of all instances, each line whole and in the order of output. @throws DeploymentError `NOT_FOUND`. */
  logs(serviceName: string, options?: LogsOptions): AsyncIterable<LogEntry>;
}

export interface UpdateOptions extends DeployOptions {
  /**
   * `ServiceStatus.revision` of the service when the caller planned the update. If the service has changed since, the
   * update rejects with `CONFLICT`. Default: no check.
   */
  revision?: string;
  /** The time limit for the new version to become healthy while the old one waits, in milliseconds. Default 120000. */
  timeoutMs?: number;
  /** As in {@link WaitOptions}. */
  settleMs?: number;
}

export interface CanUpdate {
  /**
   * Changes a service to match the request. If nothing of the service is running, it is started again even without a
   * difference. If the update fails, the previous version is kept or restored.
   * @returns when the change is complete or in progress; use `wait` to wait until all instances are running.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (changed since `revision`), `TASK_FAILED` (the new version failed before
   * the old one was removed), and the errors of `deploy`.
   */
  update(request: DeployRequest, options?: UpdateOptions): Promise<Deployment>;
}

export interface CanRollback {
  /**
   * Restores the version before the last update. A second rollback returns to the newer version.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (there is no previous version; see `ServiceStatus.previous`).
   */
  rollback(serviceName: string, options?: OperationOptions): Promise<Deployment>;
}

export interface CanScale {
  /** Sets the number of replicas. @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (a service without replicas). */
  scale(serviceName: string, replicas: number, options?: OperationOptions): Promise<void>;
}

/** The result of refreshing the registry credentials that are stored with a service. */
export interface AuthRefresh {
  name: string;
  /** Whether new credentials are stored. If false, a warning gives the reason, and the stored ones are unchanged. */
  renewed: boolean;
  warnings: readonly DeploymentWarning[];
}

export interface CanRefreshAuth {
  /**
   * Replaces the registry credentials stored with a service. Nothing else changes, and nothing restarts.
   * @throws DeploymentError `NOT_FOUND`; `CONFLICT` (an update is in progress, or changed the service meanwhile);
   * `UNAUTHORIZED` (a credential helper returned no credentials).
   */
  refreshAuth(serviceName: string, options?: OperationOptions): Promise<AuthRefresh>;
}

/** Sets `ServiceStatus.settings`: in `inspect` always, in `list` as `ListOptions.settings` describes. */
export interface CanReportSettings {
  /**
   * The settings that {@link ServiceStatus} will have once this request is deployed. If they equal the present ones, a
   * deploy would change nothing. Reads the digest from a registry only if the request's pull policy requires it.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, `ABORTED`.
   */
  settingsOf(request: DeployRequest, options?: OperationOptions): Promise<ServiceSettings>;
}
