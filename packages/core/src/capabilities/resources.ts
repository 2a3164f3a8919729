import type { OperationOptions } from "../operation.js";

export const RESOURCE_KINDS = ["network", "volume", "config", "secret"] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** A resource on the engine, without the content of configs and secrets. */
export interface Resource {
  kind: ResourceKind;
  name: string;
  /** The engine's id; for a volume, its name. */
  id: string;
  labels: Readonly<Record<string, string>>;
  /** The other orchestrator that owns the resource, such as `Docker Swarm`. Set only with {@link ListResourcesOptions.foreign}. */
  orchestrator?: string;
  /**
   * Its creation was interrupted, or is in progress: it can't be used. `createResource` with its name creates it again, and
   * `removeResource` removes the remains. Default false.
   */
  incomplete?: boolean;
}

/** A resource to create. */
export type ResourceSpec = { name: string; labels: Readonly<Record<string, string>> } & (
  | {
      kind: "network";
      /** Default: `bridge` on a single engine, `overlay` on a swarm. */
      driver?: string;
      /** Containers that belong to no service may join. Default true. */
      attachable?: boolean;
      /** No access to external networks. Default false. */
      internal?: boolean;
      driverOptions?: Readonly<Record<string, string>>;
    }
  | { kind: "volume"; driver?: string; driverOptions?: Readonly<Record<string, string>> }
  | { kind: "config" | "secret"; content: Uint8Array }
);

export interface ListResourcesOptions extends OperationOptions {
  /** Only resources that have all of these labels with these values. */
  labels?: Readonly<Record<string, string>>;
  /** Default: all kinds that the strategy supports. */
  kinds?: readonly ResourceKind[];
  /**
   * Include resources that another orchestrator on the same engine owns, since their names are in use. The strategy never
   * changes or removes them. Default false.
   */
  foreign?: boolean;
}

export interface RemoveResourceOptions extends OperationOptions {
  /** How long to wait until nothing uses the resource, in milliseconds. Default 10000. */
  timeoutMs?: number;
}

/** Networks, volumes, configs and secrets. */
export interface CanManageResources {
  /** The kinds that this platform supports. */
  readonly resourceKinds: readonly ResourceKind[];
  /** Sorted by kind and name. */
  listResources(options?: ListResourcesOptions): Promise<Resource[]>;
  /** @throws DeploymentError `ALREADY_EXISTS`, `UNSUPPORTED` (a kind that the platform doesn't support), `INVALID_REQUEST`. */
  createResource(spec: ResourceSpec, options?: OperationOptions): Promise<Resource>;
  /**
   * Removes the resource with exactly this name once nothing uses it.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (still in use), `UNSUPPORTED`.
   */
  removeResource(kind: ResourceKind, name: string, options?: RemoveResourceOptions): Promise<void>;
}

/** The holder of a lock. It is stored in labels on the engine, so it must not contain a secret. */
export interface LockHolder {
  /** Unique for each holder, so that only the holder itself releases the lock. */
  id: string;
  /** For display: `ada@bench-pc (ofdeploy up, pid 4711)`. */
  owner: string;
  /** When the lock was acquired, ISO 8601. */
  since: string;
}

/** Locks that all users of an engine (or a swarm) share. Each is stored there, as a resource with labels that costs nothing. */
export interface CanLock {
  /**
   * Acquires the lock if it is free. Of several concurrent callers, one acquires it.
   * @returns undefined, or the present holder if the lock is held.
   */
  lock(name: string, holder: LockHolder, options?: OperationOptions): Promise<LockHolder | undefined>;
  /** Releases the lock if the holder with this id holds it. No-op if nothing holds it. */
  unlock(name: string, holderId: string, options?: OperationOptions): Promise<void>;
}
