import type { OperationOptions } from "../operation.js";

/** What services use, and is no service. */
export const RESOURCE_KINDS = ["network", "volume", "config", "secret"] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** A resource as it is on the engine; the content of configs and secrets is never told. */
export interface Resource {
  kind: ResourceKind;
  name: string;
  /** Engine's id; of a volume, its name. */
  id: string;
  labels: Readonly<Record<string, string>>;
  /** The other orchestrator that owns it, such as `Docker Swarm`; only with {@link ListResourcesOptions.foreign}. */
  orchestrator?: string;
}

/** A resource to make. */
export type ResourceSpec = { name: string; labels: Readonly<Record<string, string>> } & (
  | {
      kind: "network";
      /** Default: `bridge` on one engine, `overlay` on a swarm. */
      driver?: string;
      /** Containers that belong to no service may join. Default true. */
      attachable?: boolean;
      /** No way out. Default false. */
      internal?: boolean;
      driverOptions?: Readonly<Record<string, string>>;
    }
  | { kind: "volume"; driver?: string; driverOptions?: Readonly<Record<string, string>> }
  | { kind: "config" | "secret"; content: Uint8Array }
);

export interface ListResourcesOptions extends OperationOptions {
  /** Only those that carry all these labels with these values. */
  labels?: Readonly<Record<string, string>>;
  /** Default: all that the strategy has. */
  kinds?: readonly ResourceKind[];
  /**
   * Also those that another orchestrator on the same engine owns, whose names are in use. The strategy never changes or
   * removes them. Default false.
   */
  foreign?: boolean;
}

export interface RemoveResourceOptions extends OperationOptions {
  /** How long what used it may take to let go of it, in milliseconds. Default 10000. */
  timeoutMs?: number;
}

/** Networks, volumes, configs and secrets, as far as the platform has them. */
export interface CanManageResources {
  /** The kinds there are on this platform. */
  readonly resourceKinds: readonly ResourceKind[];
  /** Sorted by kind and name. */
  listResources(options?: ListResourcesOptions): Promise<Resource[]>;
  /** @throws DeploymentError `ALREADY_EXISTS`, `UNSUPPORTED` (a kind that the platform has not), `INVALID_REQUEST`. */
  createResource(spec: ResourceSpec, options?: OperationOptions): Promise<Resource>;
  /**
   * Removes the resource of exactly that name, once nothing uses it any more.
   * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (something uses it still), `UNSUPPORTED`.
   */
  removeResource(kind: ResourceKind, name: string, options?: RemoveResourceOptions): Promise<void>;
}

/** Who holds a lock. Never holds a secret: it is kept as labels on the engine. */
export interface LockHolder {
  /** Unique per holder, so that nobody lets go of another's lock. */
  id: string;
  /** For people: `ada@bench-pc (ofdeploy up, pid 4711)`. */
  owner: string;
  /** ISO 8601: when it was taken. */
  since: string;
}

/** Locks that all users of one engine (or swarm) see: kept there, as a resource that carries labels and costs nothing. */
export interface CanLock {
  /**
   * Takes the lock, which nobody must hold; of several who try at once, one gets it.
   * @returns undefined, or, where it is taken already, its holder.
   */
  lock(name: string, holder: LockHolder, options?: OperationOptions): Promise<LockHolder | undefined>;
  /** Lets go of it, if it is held by the holder of that id. Content if it isn't held. */
  unlock(name: string, holderId: string, options?: OperationOptions): Promise<void>;
}
