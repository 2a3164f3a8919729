import type { PlatformCalls } from "./platform-calls.js";
import type {
  FileReference,
  Healthcheck,
  Mount,
  NormalizedRequest,
  OpenFactoryServiceDeploymentStrategy,
  PublishedPort,
  RequestField,
  Resources,
  RestartPolicy,
  RollbackConfig,
  ServiceMode,
  UpdateConfig,
} from "@openfactory/deploy-core";
import type { ContractPrograms } from "./programs.js";

/**
 * Probes of a platform: each one asks the engine itself, never the strategy. Names are exact. Cases that require a missing
 * optional probe are skipped, and the reason is printed.
 */
export interface ContractProbes {
  /** The settings of the service with exactly that name, or undefined if it does not exist. */
  settings(name: string): Promise<ObservedSettings | undefined>;
  /**
   * The names of all services (of all containers, if the engine has no services), running or not. Services of other users
   * may be among them.
   */
  names(): Promise<readonly string[]>;
  /** Every container or task of that service: the running ones, and the last ones that exited. */
  instances(name: string): Promise<readonly ObservedInstance[]>;
  /** The lines that the processes of the service have written so far, from both streams. */
  output(name: string): Promise<readonly string[]>;
  /** Runs a command in the container of the service, with the same files, networks and limits as its process. */
  exec?(name: string, words: readonly string[]): Promise<{ exitCode: number; output: string }>;
  /** Stops the process as another user would, and keeps the service. */
  stop?(name: string): Promise<void>;
  /** The body of `GET http://<a host of the engine>:<port>/`. Rejects while nothing answers. */
  get?(port: number): Promise<string>;
  /** The body of `GET http://<address>:<port>/`. Rejects while nothing answers. */
  getAt?(address: string, port: number): Promise<string>;
}

/** A workload of another orchestrator on the platform of the strategy. */
export interface ForeignWorkload {
  /** The name of the container or service. */
  name: string;
  /** Added to the orchestrator's own labels. */
  labels: Readonly<Record<string, string>>;
  /** Its process has exited. */
  ended: boolean;
  /** A host port that it publishes. */
  port?: number;
}

/** A setting of a service that another tool created. */
export interface UnmappedSetting {
  /** As the platform names it, in `ServiceStatus.unmappedSettings`: `HostConfig.PidMode: host`. */
  setting: string;
  /** Whether the service has it now, read from the engine. */
  isSet(): Promise<boolean>;
}

export interface SlowImage {
  reference: string;
  /** Resolves when an engine has begun to pull it. */
  requested: Promise<void>;
  /** Lets the registry serve the image from now on. */
  release(): void;
}

export interface ContractImages {
  /**
   * Has no entrypoint, and has the programs that {@link ContractPrograms} uses (by default `sh` and common utilities). For a
   * strategy that does not support `command`, its own command must keep running.
   */
  plain: string;
  /** Its entrypoint writes the line `entrypoint <arguments>`, with spaces between the arguments, and runs until it is stopped. */
  withEntrypoint: string;
  /** A reference of an image that does not exist. */
  missing: string;
  /**
   * Creates an image under a new tag in a registry that the engine can reach. Without a command it writes `first` and keeps
   * running. After `move()`, the same tag is an image that writes `second`.
   */
  moving?(): Promise<{ reference: string; move(): Promise<void> }>;
  /** Creates an image in a registry that serves it only after its release. Without a command, it keeps running. */
  slow?(): Promise<SlowImage>;
}

/** The engine under test, as in a conformance report. It must not contain addresses or credentials. */
export interface EngineDetails {
  /** Such as `Docker Engine`. */
  name: string;
  version: string;
  /** The version of its API. */
  apiVersion?: string;
}

/** A strategy, its platform and its probes. */
export interface ContractTarget {
  strategy: OpenFactoryServiceDeploymentStrategy;
  probes: ContractProbes;
  images: ContractImages;
  /** The engine under test, for the reports of `strategy-contract-tests run`. */
  engine?: EngineDetails;
  /** Programs of the images. Default: {@link shellPrograms}, for images with a POSIX shell. */
  programs?: ContractPrograms;
  /** Labels of everything that the suite deploys, to find the remains of an interrupted run. */
  labels?: Readonly<Record<string, string>>;
  /** Creates a network that services can join, and returns its name; `close` removes it. Called three times at most. */
  network(): Promise<string>;
  /** Returns the name of a volume that does not exist yet; `close` removes the volume. Required if `mounts` is supported. */
  volume?(): Promise<string>;
  /** Creates a secret, and returns its name; `close` removes it. Required if `secrets` is supported. */
  secret?(content: string): Promise<string>;
  /** Creates a config, and returns its name; `close` removes it. Required if `configs` is supported. */
  config?(content: string): Promise<string>;
  /** A free host port. Default: a port that is free on this machine. */
  freePort?(): Promise<number>;
  /** A constraint that some node matches. Required if `constraints` is supported. Default: `node.role == manager`. */
  constraint?: string;
  /** All replicas run on one host, so no case requests a host port for several replicas. Default false. */
  singleHost?: boolean;
  /**
   * The engine expands Go templates (`{{.Service.Name}}`) in env: the strategy rejects a template without `templates`.
   * Default false.
   */
  expandsTemplates?: boolean;
  /**
   * Fields that the strategy supports and that the host of the engine under test can't apply, each with the reason: their
   * cases are skipped. Default: none.
   */
  unavailable?: Readonly<Partial<Record<RequestField, string>>>;
  /** How long an interrupted call may take to have its effect on the engine, in milliseconds. Default 500. */
  lateEffectsMs?: number;
  /**
   * By the name of an orchestrator: creates a workload as that orchestrator does, without the strategy. The result returns
   * the state of the workload on the engine; `cleanup` removes it.
   */
  foreign?: Readonly<Record<string, (workload: ForeignWorkload) => Promise<() => Promise<unknown>>>>;
  /**
   * Creates a service without the strategy, with one setting for which a request has no field, from the image `plain` with labels
   * of the suite. Omitted: the cases of `ServiceStatus.unmappedSettings` are skipped.
   */
  unmapped?(name: string): Promise<UnmappedSetting>;
  /** Predefined networks on which no port is published, and which a service can't join together with another network. */
  portlessNetworks?: readonly string[];
  /** Creates a network that services can join and that publishes no ports, and returns its name; `close` removes it. */
  internalNetwork?(): Promise<string>;
  /** Counts and fails the calls of the strategy to the platform. */
  calls?: PlatformCalls;
  /** Two addresses of the host on which services publish ports, for the probe `getAt`. */
  hostAddresses?: readonly [string, string];
  /** Removes the service with that name, running or not, without the strategy. No-op if it does not exist. */
  cleanup(name: string): Promise<void>;
  /** Removes the resources that the other functions created, and closes the strategy and the probes. */
  close(): Promise<void>;
}

/** Creates a target; called once, before the first case. */
export type ContractFactory = () => Promise<ContractTarget> | ContractTarget;

/** RLIMIT_NOFILE as the engine has it. */
export interface ObservedOpenFiles {
  soft: number;
  hard: number;
}

/** A published port as the engine has it. `mode` is missing if the engine has no publish modes. */
export type ObservedPort = Omit<PublishedPort, "mode"> & Partial<Pick<PublishedPort, "mode">>;

/**
 * A service as the ENGINE has it, in the fields of a normalized request. A probe returns every field that the strategy
 * supports; a missing field means that nothing is set and the engine's default applies.
 */
export interface ObservedSettings {
  /** The expected `Deployment.ids`: one service, or each container. */
  ids: readonly string[];
  /** The image reference, with its digest if it is pinned. */
  image: string;
  /** May contain more than the request: the entries of the image. */
  env: readonly string[];
  /** May contain more than the request: the labels of the image and of the strategy. */
  labels: Readonly<Record<string, string>>;
  /** Replaces the image's entrypoint; missing if the image's entrypoint is used. */
  command?: readonly string[];
  /** Arguments of the entrypoint; missing or empty without arguments. */
  args?: readonly string[];
  user?: string;
  /** Missing if the engine chose it. */
  hostname?: string;
  ports?: readonly ObservedPort[];
  /** Names of all its networks. */
  networks?: readonly string[];
  /** Names on its networks, without its own name and id. */
  networkAliases?: readonly string[];
  /** As the engine has them. */
  constraints?: readonly string[];
  resources?: Resources;
  openFiles?: ObservedOpenFiles;
  mode?: ServiceMode;
  /** `Type` in lower case; empty options may be missing. */
  mounts?: readonly Mount[];
  healthcheck?: Healthcheck;
  restart?: Partial<RestartPolicy>;
  /** Nanoseconds. */
  stopGracePeriod?: number;
  init?: boolean;
  readOnly?: boolean;
  /** Without `CAP_`, in upper case. */
  capAdd?: NormalizedRequest["capAdd"];
  capDrop?: NormalizedRequest["capDrop"];
  privileged?: boolean;
  devices?: NormalizedRequest["devices"];
  groupAdd?: readonly string[];
  /** Missing if it is the image's. */
  workingDir?: string;
  tty?: boolean;
  openStdin?: boolean;
  /** With `SIG`; missing if it is the image's. */
  stopSignal?: string;
  /** `host:address`. */
  extraHosts?: readonly string[];
  dns?: NormalizedRequest["dns"];
  sysctls?: NormalizedRequest["sysctls"];
  /** Bytes; may be the engine's default. */
  shmSize?: number;
  /** May contain the engine's defaults. */
  logging?: NormalizedRequest["logging"];
  secrets?: readonly FileReference[];
  configs?: readonly FileReference[];
  updateConfig?: UpdateConfig;
  rollbackConfig?: RollbackConfig;
  /** Fields that the engine does not return as requested, each with the reason: they can't be compared. */
  incomparable?: Readonly<Partial<Record<RequestField, string>>>;
}

/** One container or task of a service, as the engine has it. */
export interface ObservedInstance {
  /** As in `InstanceStatus.id`. */
  id: string;
  running: boolean;
  /** Identifies its process: different after a restart, for example with its start time. Required for `restart` and `stop`. */
  process?: string;
  health?: "starting" | "healthy" | "unhealthy";
  /** Of an instance that exited. */
  exitCode?: number;
}
