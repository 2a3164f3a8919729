import type { Resources, RestartPolicy, RollbackConfig, ServiceMode, UpdateConfig } from "@openfactory/deploy-core";
import type { Defined } from "../support/copy-defined.js";
import type { ContainerMount, HealthConfig, Ulimit } from "./container-create-body.js";

/** Engine API, ServiceSpec. */
export interface ServiceSpec {
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

/** Engine API, NetworkAttachmentConfig. */
export interface NetworkAttachmentConfig {
  /** Name or id. */
  Target: string;
}

/** Engine API, EndpointSpec. */
export interface EndpointSpec {
  Ports: EndpointPortConfig[];
}

/** Engine API, EndpointPortConfig. */
export interface EndpointPortConfig {
  Protocol: "tcp" | "udp" | "sctp";
  TargetPort: number;
  /** Left out, the swarm chooses. */
  PublishedPort?: number;
  PublishMode: "ingress" | "host";
}

/** The file that a secret or config becomes. */
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
