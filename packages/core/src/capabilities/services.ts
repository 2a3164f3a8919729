import type { Deployment, DeploymentWarning, DeployOptions, OperationOptions } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { ServiceSettings, ServiceStatus } from "./status.js";

export interface ListOptions extends OperationOptions {
  /** Only services that carry all these labels with these values. */
  labels?: Readonly<Record<string, string>>;
  /**
   * Tell `settings` of every service, at one more call for each where the platform's listing does not hold them.
   * Default false: they are told where they cost nothing.
   */
  settings?: boolean;
  /**
   * Whether {@link ServiceStatus.instances} are wanted. Default true. Without, a strategy that is spared work leaves them
   * empty where a service is as it should be.
   */
  instances?: boolean;
}

export interface UpdateOptions extends DeployOptions {
  /**
   * `ServiceStatus.revision` of the service as the caller saw it: if it has been changed since, the update is a
   * `CONFLICT`. Default: whatever is there is updated.
   */
  revision?: string;
  /** How long the new version may take to prove itself where the old one waits for that, in milliseconds. Default 120000. */
  timeoutMs?: number;
  /** As in {@link WaitOptions}. */
  settleMs?: number;
}

export interface WaitOptions extends OperationOptions {
  /** Milliseconds. Default 120000. */
  timeoutMs?: number;
  /** How long a process without a health check must have run to count as running, in milliseconds. Default 1000. */
  settleMs?: number;
}

export interface LogsOptions extends OperationOptions {
  /** Go on as lines are written. Default false. */
  follow?: boolean;
  /** Only the last so many lines of each instance. Default: all. */
  tail?: number;
  /** Only lines written since. */
  since?: Date;
}

/** One line that a process wrote. */
export interface LogEntry {
  service: string;
  /** Name of the container or task. */
  instance: string;
  node?: string;
  stream: "stdout" | "stderr";
  /** ISO 8601 with nanoseconds, as the engine gives it. */
  timestamp: string;
  /** Without its line end. */
  line: string;
}

export interface CanInspect {
  /** @throws DeploymentError `NOT_FOUND`. */
  inspect(serviceName: string, options?: OperationOptions): Promise<ServiceStatus>;
}

export interface CanList {
  /** The services that this strategy can see, sorted by name. */
  list(options?: ListOptions): Promise<ServiceStatus[]>;
}

export interface CanWait {
  /**
   * Resolves when the service runs (and is healthy, where it has a health check) or has completed.
   * @throws DeploymentError `TASK_FAILED`, or `IMAGE_NOT_FOUND`, with the instance that failed, `TIMEOUT`, `NOT_FOUND`, `ROLLED_BACK`, `ABORTED`.
   */
  wait(serviceName: string, options?: WaitOptions): Promise<ServiceStatus>;
}

export interface CanLogs {
  /** The lines of all instances, each whole and in the order it was written. @throws DeploymentError `NOT_FOUND`. */
  logs(serviceName: string, options?: LogsOptions): AsyncIterable<LogEntry>;
}

export interface CanUpdate {
  /**
   * Changes a service to what the request says; where nothing of it runs (any more), it is started anew, though it may
   * differ in nothing. Whatever goes wrong, the service is left (or put back) as it was.
   * @returns when the change is made or under way; `wait` tells when all of it runs.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (changed by another since `revision`), `TASK_FAILED` (the new
   * version failed before the old one was given up), and as deploy.
   */
  update(request: DeployRequest, options?: UpdateOptions): Promise<Deployment>;
}

export interface CanRollback {
  /**
   * Brings back what the service was before its last update; done twice, it is back at the newer one.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (there is no earlier version; see `ServiceStatus.previous`).
   */
  rollback(serviceName: string, options?: OperationOptions): Promise<Deployment>;
}

export interface CanScale {
  /** Sets the number of replicas. @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (a service without replicas). */
  scale(serviceName: string, replicas: number, options?: OperationOptions): Promise<void>;
}

/** What became of the registry credentials that are stored with a service. */
export interface AuthRefresh {
  name: string;
  /** Whether new ones are stored. Where they aren't, a warning says why, and the stored ones are as they were. */
  renewed: boolean;
  warnings: readonly DeploymentWarning[];
}

export interface CanRefreshAuth {
  /**
   * Renews the registry credentials stored with a service; nothing else of it is changed, and nothing starts again.
   * @throws DeploymentError `NOT_FOUND`; `CONFLICT` (an update of it is under way, or changed it in the meantime);
   * `UNAUTHORIZED` (a credential helper gives none).
   */
  refreshAuth(serviceName: string, options?: OperationOptions): Promise<AuthRefresh>;
}

/** Declares that `ServiceStatus.settings` is told: by `inspect` always, by `list` as `ListOptions.settings` says. */
export interface CanTellSettings {
  /**
   * The settings as {@link ServiceStatus} will tell them once this request is deployed: equal settings mean that a
   * deploy would change nothing. Asks a registry for the digest only where the request's pull policy does.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, `ABORTED`.
   */
  settingsOf(request: DeployRequest, options?: OperationOptions): Promise<ServiceSettings>;
}
