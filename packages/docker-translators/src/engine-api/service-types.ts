import type { Resources, RestartPolicy, RollbackConfig, ServiceMode, UpdateConfig } from "@openfactory/deploy-core";
import type { Answered, Defined } from "./body-types.js";
import type { ContainerMount, HealthConfig, Ulimit } from "./container-types.js";

/** Engine API, ServiceCreate and ServiceUpdate: a ServiceSpec as a request makes it. */
export interface ServiceCreateBody {
  Name: string;
  Labels?: Record<string, string>;
  TaskTemplate: TaskSpec;
  Mode: Defined<ServiceMode>;
  UpdateConfig?: RolloutConfig<UpdateConfig>;
  RollbackConfig?: RolloutConfig<RollbackConfig>;
  EndpointSpec?: EndpointSpec;
}

/** Engine API, TaskSpec. */
export interface TaskSpec {
  ContainerSpec: ContainerSpec;
  RestartPolicy: Defined<RestartPolicy>;
  Resources?: Defined<Resources>;
  Placement?: { Constraints: string[] };
  Networks?: NetworkAttachmentConfig[];
  LogDriver?: TaskLogDriver;
}

/** Engine API, TaskSpec.LogDriver. */
export interface TaskLogDriver {
  /** Empty: the default of the node's engine. */
  Name: string;
  Options: Record<string, string>;
}

/** Engine API, TaskSpec.ContainerSpec. */
export interface ContainerSpec {
  Image: string;
  Env: string[];
  User?: string;
  Hostname?: string;
  Labels?: Record<string, string>;
  Command?: string[];
  Args?: string[];
  Dir?: string;
  TTY?: boolean;
  OpenStdin?: boolean;
  StopSignal?: string;
  Groups?: string[];
  /** Lines of hosts(5): the address, then the name. */
  Hosts?: string[];
  DNSConfig?: DnsConfig;
  /** API 1.40 and later. */
  Sysctls?: Record<string, string>;
  Mounts?: ContainerMount[];
  Healthcheck?: HealthConfig;
  /** Nanoseconds. */
  StopGracePeriod?: number;
  Init?: boolean;
  ReadOnly?: boolean;
  CapabilityAdd?: string[];
  CapabilityDrop?: string[];
  Ulimits?: Ulimit[];
  Secrets?: SecretReference[];
  Configs?: ConfigReference[];
}

/** Engine API, ContainerSpec.DNSConfig. */
export interface DnsConfig {
  Nameservers?: string[];
  Search?: string[];
  Options?: string[];
}

/** Engine API, NetworkAttachmentConfig. */
export interface NetworkAttachmentConfig {
  /** Name or id. */
  Target: string;
  Aliases?: readonly string[] | null;
}

/** Engine API, EndpointSpec. */
export interface EndpointSpec {
  Ports: EndpointPortConfig[];
}

/** Engine API, EndpointPortConfig. */
export interface EndpointPortConfig {
  Protocol: "tcp" | "udp" | "sctp";
  TargetPort: number;
  /** Default: the swarm chooses. */
  PublishedPort?: number;
  PublishMode: "ingress" | "host";
}

/** The file of a secret or config in a container. */
export interface ReferenceFile {
  Name: string;
  UID: string;
  GID: string;
  /** Permission bits, e.g. `0o444`. */
  Mode: number;
}

/** Engine API, ContainerSpec.Secrets. */
export interface SecretReference {
  SecretID: string;
  SecretName: string;
  File: ReferenceFile;
}

/** Engine API, ContainerSpec.Configs. */
export interface ConfigReference {
  ConfigID: string;
  ConfigName: string;
  File: ReferenceFile;
}

/** Engine API, ServiceSpec.UpdateConfig and RollbackConfig; `Parallelism` is always sent. */
export type RolloutConfig<Settings> = Defined<Settings> & { Parallelism: number };

/** A ServiceSpec as ServiceList and ServiceInspect answer it (Engine API 1.41 to 1.51). */
export type ServiceSpec = Answered<Omit<ServiceCreateBody, "Name" | "Labels" | "TaskTemplate" | "Mode">> & {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly TaskTemplate: AnsweredTaskSpec;
  readonly Mode?: AnsweredMode | null;
};

/** Engine API, TaskSpec, with the parts that no request has. */
export type AnsweredTaskSpec = Answered<Omit<TaskSpec, "ContainerSpec">> & {
  readonly ContainerSpec?: AnsweredContainerSpec | null;
  /** The swarm's counter of forced updates. */
  readonly ForceUpdate?: number;
};

/** Engine API, TaskSpec.ContainerSpec. */
export type AnsweredContainerSpec = Answered<Omit<ContainerSpec, "Image">> & { readonly Image: string };

/** Engine API, ServiceSpec.Mode. */
export interface AnsweredMode {
  readonly Replicated?: { readonly Replicas?: number } | null;
  readonly Global?: object | null;
  readonly ReplicatedJob?: { readonly MaxConcurrent?: number; readonly TotalCompletions?: number } | null;
  readonly GlobalJob?: object | null;
}
