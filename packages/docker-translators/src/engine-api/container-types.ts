import type { Healthcheck, Mount } from "@openfactory/deploy-core";
import type { Answered, Defined } from "./body-types.js";

/** Engine API, ContainerCreate: ContainerConfig with HostConfig and NetworkingConfig. The name goes into the query. */
export interface ContainerCreateBody {
  Image: string;
  Env: string[];
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  User?: string;
  Hostname?: string;
  Labels?: Record<string, string>;
  Entrypoint?: string[];
  Cmd?: string[];
  /** By `80/tcp`. */
  ExposedPorts?: Record<string, Record<string, never>>;
  Healthcheck?: HealthConfig;
  /** Seconds. */
  StopTimeout?: number;
  StopSignal?: string;
  WorkingDir?: string;
  Tty?: boolean;
  OpenStdin?: boolean;
  HostConfig: HostConfig;
  NetworkingConfig?: NetworkingConfig;
}

/** Engine API, HostConfig. */
export interface HostConfig {
  RestartPolicy: ContainerRestartPolicy;
  /** The first network. Default: the engine's default bridge. */
  NetworkMode?: string;
  /** By `80/tcp`. */
  PortBindings?: Record<string, PortBinding[]>;
  Mounts?: ContainerMount[];
  /** 10⁹ are one CPU. */
  NanoCpus?: number;
  /** Bytes. */
  Memory?: number;
  /** Bytes; a soft limit. */
  MemoryReservation?: number;
  PidsLimit?: number;
  Ulimits?: Ulimit[];
  Init?: boolean;
  ReadonlyRootfs?: boolean;
  CapAdd?: string[];
  CapDrop?: string[];
  Privileged?: boolean;
  Devices?: DeviceMapping[];
  GroupAdd?: string[];
  /** `host:address`. */
  ExtraHosts?: string[];
  Dns?: string[];
  DnsSearch?: string[];
  DnsOptions?: string[];
  Sysctls?: Record<string, string>;
  /** Bytes. */
  ShmSize?: number;
  LogConfig?: LogConfig;
}

/** Engine API, DeviceMapping. */
export interface DeviceMapping {
  PathOnHost: string;
  PathInContainer: string;
  /** Letters of `rwm`. */
  CgroupPermissions: string;
}

/** Engine API, HostConfig.LogConfig. */
export interface LogConfig {
  /** Empty: the engine's default. */
  Type: string;
  Config: Record<string, string>;
}

/** Engine API, RestartPolicy. */
export interface ContainerRestartPolicy {
  Name: "no" | "on-failure" | "unless-stopped";
  /** With `on-failure` only. Default: no limit. */
  MaximumRetryCount?: number;
}

/** Engine API, PortBinding. */
export interface PortBinding {
  /** Empty: all addresses of the host. */
  HostIp: string;
  /** Empty: the engine chooses. */
  HostPort: string;
}

/** Engine API, Resources.Ulimits. */
export interface Ulimit {
  Name: string;
  Soft: number;
  Hard: number;
}

/** Engine API, HealthConfig. Durations are nanoseconds. */
export type HealthConfig = Defined<Healthcheck>;

/** Engine API, Mount. Services take the same shape. */
export type ContainerMount = Defined<Mount>;

/** Engine API, NetworkingConfig, by network name. */
export interface NetworkingConfig {
  EndpointsConfig: Record<string, EndpointSettings>;
}

/** Engine API, EndpointSettings. */
export interface EndpointSettings {
  Aliases?: string[];
}

/** Engine API, NetworkConnect. */
export interface NetworkConnectBody {
  /** Id or name. */
  Container: string;
  EndpointConfig: EndpointSettings;
}

/**
 * The configuration of a container as ContainerInspect answers it: as requested, with the image's values where the
 * request has none. Engines write `null`, `0`, `""` or nothing for a setting that was not requested.
 */
export interface InspectedContainer {
  Id: string;
  /** With a leading slash. */
  Name: string;
  Config: Answered<Omit<ContainerCreateBody, "Image" | "Labels" | "HostConfig" | "NetworkingConfig">> & {
    Image: string;
    Labels: Record<string, string>;
  };
  HostConfig: Answered<Omit<HostConfig, "RestartPolicy" | "PortBindings">> & {
    RestartPolicy?: { Name: string; MaximumRetryCount?: number };
    PortBindings?: Record<string, readonly PortBinding[] | null> | null;
    /** `source:target[:options]`: mounts in the short form. */
    Binds?: readonly string[] | null;
    /** Options by target: file systems in memory in the short form. */
    Tmpfs?: Readonly<Record<string, string>> | null;
    [key: string]: unknown;
  };
  /** By network name. */
  NetworkSettings: { Networks: Record<string, { Aliases?: readonly string[] | null }> };
}

/** The parts of an image's Config (Engine API, ImageInspect) that a container inherits. */
export type ImageConfig = Answered<
  Pick<
    ContainerCreateBody,
    "Env" | "Labels" | "Entrypoint" | "Cmd" | "User" | "Healthcheck" | "WorkingDir" | "StopSignal"
  >
>;
