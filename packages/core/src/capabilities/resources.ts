import type { OperationOptions } from "../strategy/options.js";

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
