import type { Healthcheck, Mount } from "@openfactory/deploy-core";
import type { Defined } from "../support/copy-defined.js";

/** Engine API, ContainerCreate: ContainerConfig with HostConfig and NetworkingConfig. The name is not part of it. */
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
  /** `80/tcp` each. */
  ExposedPorts?: Record<string, Record<string, never>>;
  Healthcheck?: HealthConfig;
  /** Seconds. */
  StopTimeout?: number;
  HostConfig: HostConfig;
  NetworkingConfig?: NetworkingConfig;
}

/** Engine API, HostConfig. */
export interface HostConfig {
  RestartPolicy: ContainerRestartPolicy;
  /** The first network; left out, the engine's default bridge. */
  NetworkMode?: string;
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
}

/** Engine API, RestartPolicy. */
export interface ContainerRestartPolicy {
  Name: "no" | "on-failure" | "unless-stopped";
  /** With `on-failure` only; left out, no limit. */
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

/** Engine API, HealthConfig. */
export type HealthConfig = Defined<Healthcheck>;

/** Engine API, Mount. Services take the same shape. */
export type ContainerMount = Defined<Mount>;

/** Engine API, NetworkingConfig, by the networks' names. */
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
