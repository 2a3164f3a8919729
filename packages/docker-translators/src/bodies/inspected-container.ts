import type { ContainerMount, HealthConfig, PortBinding, Ulimit } from "./container-create-body.js";

/**
 * The parts of ContainerInspectResponse (Engine API) that say what a container was asked to be. Engines answer with
 * `null`, `0`, `""` or nothing at all for what was not asked for.
 */
export interface InspectedContainer {
  Id: string;
  /** With a leading slash. */
  Name: string;
  Config: {
    Image: string;
    Env?: readonly string[] | null;
    Labels?: Readonly<Record<string, string>> | null;
    Entrypoint?: readonly string[] | null;
    Cmd?: readonly string[] | null;
    User?: string;
    Hostname?: string;
    Healthcheck?: Readonly<HealthConfig> | null;
    /** Seconds. */
    StopTimeout?: number | null;
  };
  HostConfig: {
    NetworkMode?: string;
    RestartPolicy?: { Name: string; MaximumRetryCount?: number };
    PortBindings?: Readonly<Record<string, readonly PortBinding[] | null>> | null;
    Mounts?: readonly ContainerMount[] | null;
    /** `source:target[:options]`: mounts as older programs ask for them. */
    Binds?: readonly string[] | null;
    NanoCpus?: number;
    Memory?: number;
    MemoryReservation?: number;
    PidsLimit?: number | null;
    Ulimits?: readonly Ulimit[] | null;
    Init?: boolean | null;
    ReadonlyRootfs?: boolean;
    CapAdd?: readonly string[] | null;
    CapDrop?: readonly string[] | null;
  };
  NetworkSettings: { Networks: Readonly<Record<string, unknown>> };
}

/** The parts of an image's Config (Engine API, ImageInspect) that a container takes over where it says nothing itself. */
export interface ImageConfig {
  Env?: readonly string[] | null;
  Labels?: Readonly<Record<string, string>> | null;
  Entrypoint?: readonly string[] | null;
  Cmd?: readonly string[] | null;
  User?: string;
  Healthcheck?: Readonly<Partial<HealthConfig>> | null;
}
