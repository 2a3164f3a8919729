import type { EndpointPortConfig, ImageConfig, InspectedContainer, ServiceSpec } from "@openfactory/docker-translators";

/**
 * The parts of the Engine API's answers that are used here, with the API's own keys.
 * Source: Docker Engine API 1.41 to 1.51. A key marked optional is missing on some versions or in some states.
 */

export interface EngineVersion {
  Version: string;
  ApiVersion: string;
  MinAPIVersion?: string;
  /** The engine itself first: `Engine`, or `Podman Engine`; then what it is made of. */
  Components?: { Name: string; Version: string }[];
  Os: string;
  Arch: string;
}

export interface EngineInfo {
  /** Of the engine, whatever its address is. */
  ID: string;
  Name: string;
  ServerVersion: string;
  /** Where the engine stores its data. */
  DockerRootDir?: string;
  NCPU: number;
  MemTotal: number;
  /** ISO 8601: the engine's own clock. */
  SystemTime?: string;
  /** The default logging driver. */
  LoggingDriver?: string;
  Swarm: {
    NodeID: string;
    /** Of the swarm that it manages. */
    Cluster?: { ID: string } | null;
    LocalNodeState: "inactive" | "pending" | "active" | "error" | "locked";
    ControlAvailable: boolean;
    Error?: string;
    Nodes?: number;
    Managers?: number;
    /** Of the swarm that it is in; `Addr` is for nodes, not for clients. */
    RemoteManagers?: readonly { NodeID: string; Addr: string }[] | null;
  };
}

export interface EngineEvent {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope?: string;
  /** Seconds of the epoch. */
  time: number;
  timeNano: number;
}

export interface ContainerCreated {
  id: string;
  warnings: string[];
}

/** Engine API, ContainerSummary. */
export interface ContainerSummary {
  Id: string;
  /** With a leading slash. */
  Names: string[];
  Image: string;
  ImageID: string;
  /** Seconds of the epoch. */
  Created: number;
  State: string;
  /** For people: `Up 3 seconds (healthy)`. */
  Status: string;
  Labels: Record<string, string>;
  Ports: { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[];
  NetworkSettings?: { Networks?: Record<string, { NetworkID?: string }> | null };
}

/** Engine API, ContainerInspectResponse. */
export interface ContainerDetails extends InspectedContainer {
  /** ISO 8601. */
  Created: string;
  /** Image id. */
  Image: string;
  RestartCount: number;
  State: {
    Status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
    Running: boolean;
    Restarting: boolean;
    OOMKilled: boolean;
    ExitCode: number;
    Error: string;
    StartedAt: string;
    FinishedAt: string;
    Health?: { Status: string; FailingStreak: number; Log?: { End?: string; ExitCode: number; Output: string }[] };
  };
  NetworkSettings: {
    Ports?: InspectedContainer["HostConfig"]["PortBindings"];
    Networks: Record<string, { NetworkID: string; IPAddress?: string; Aliases?: string[] | null }>;
  };
  /** The mounts of the request and those of the image. */
  Mounts?: MountPoint[];
}

/** Engine API, MountPoint. */
export interface MountPoint {
  Type: string;
  /** Of a volume. */
  Name?: string;
  /** On the host. */
  Source: string;
  Destination: string;
  RW: boolean;
}

export interface ServiceCreated {
  id: string;
  warnings: string[];
}

/** Engine API, Service. */
export interface ServiceDetails {
  ID: string;
  Version: { Index: number };
  CreatedAt: string;
  UpdatedAt: string;
  Spec: ServiceSpec;
  PreviousSpec?: ServiceSpec;
  Endpoint?: { Ports?: readonly EndpointPortConfig[] };
  UpdateStatus?: { State?: string; StartedAt?: string; CompletedAt?: string; Message?: string };
  ServiceStatus?: { RunningTasks: number; DesiredTasks: number; CompletedTasks?: number };
  JobStatus?: { JobIteration: { Index: number }; LastExecution?: string };
}

/** Engine API, Task. */
export interface TaskDetails {
  ID: string;
  Version: { Index: number };
  CreatedAt: string;
  UpdatedAt: string;
  ServiceID: string;
  NodeID?: string;
  Slot?: number;
  DesiredState: string;
  Spec: Partial<ServiceSpec["TaskTemplate"]>;
  JobIteration?: { Index: number };
  Status: {
    Timestamp: string;
    State: string;
    Message?: string;
    Err?: string;
    ContainerStatus?: { ContainerID?: string; PID?: number; ExitCode?: number };
    /** The ports in mode host that the node has published for the task. */
    PortStatus?: { Ports?: readonly { Protocol: string; TargetPort: number; PublishedPort?: number }[] };
  };
}

export interface NetworkDetails {
  Id: string;
  Name: string;
  /** ISO 8601. */
  Created?: string;
  Scope: "local" | "swarm" | "global";
  Driver: string;
  Attachable: boolean;
  Ingress: boolean;
  Labels: Record<string, string> | null;
  /** Those on it, by id, as far as the engine runs them. Listings leave them out. */
  Containers?: Record<string, { Name: string }>;
}

export interface VolumeDetails {
  Name: string;
  Driver: string;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
  /** The directory on the engine's host. */
  Mountpoint?: string;
}

export interface ImageDetails {
  Id: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  Config?: ImageConfig;
}

export interface NodeDetails {
  ID: string;
  Spec: { Role: "worker" | "manager"; Availability: "active" | "pause" | "drain"; Labels: Record<string, string> };
  Description: {
    Hostname: string;
    Platform: { Architecture: string; OS: string };
    Resources: { NanoCPUs: number; MemoryBytes: number };
    Engine: { EngineVersion: string; Labels?: Record<string, string> };
  };
  Status: { State: string; Addr?: string; Message?: string };
  ManagerStatus?: { Leader?: boolean; Reachability: string; Addr: string };
}

/** A secret's or config's id and name. */
export interface NamedResource {
  ID: string;
  Spec: { Name: string; Labels?: Record<string, string> };
}

export interface LogFrame {
  stream: "stdout" | "stderr";
  /** As the engine prefixes it: ISO 8601 with nanoseconds. */
  timestamp: string;
  /** One line, without its line end, however it was split over the engine's frames. */
  line: string;
  /** Service logs: `com.docker.swarm.node.id`, `com.docker.swarm.task.id`, ... */
  details: Readonly<Record<string, string>>;
}

export interface PullEvent {
  status: string;
  /** The layer, where it is about one. */
  id?: string;
  current?: number;
  total?: number;
}
