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
 * Looks at the world round a strategy: each probe asks the engine itself, never the strategy. Names are exact.
 * A probe that is optional and missing has the cases that need it skipped, with the reason printed.
 */
export interface ContractProbes {
  /** The settings of the service of exactly that name, or undefined if there is none. */
  settings(name: string): Promise<ObservedSettings | undefined>;
  /**
   * The names of all services (of all containers, where the engine has no services), running or not, so that what is
   * left behind is seen. Others' may be among them.
   */
  names(): Promise<readonly string[]>;
  /** Every container or task there is of that service: running, and the last of what ended. */
  instances(name: string): Promise<readonly ObservedInstance[]>;
  /** The lines that its processes have written so far, from both streams. */
  output(name: string): Promise<readonly string[]>;
  /** Runs a command beside the process of the service, with the same view of files, networks and limits. */
  exec?(name: string, words: readonly string[]): Promise<{ exitCode: number; output: string }>;
  /** Stops the process, as somebody else would, and leaves the service there. */
  stop?(name: string): Promise<void>;
  /** The body of `GET http://<a host of the engine>:<port>/`. Rejects while nothing answers. */
  get?(port: number): Promise<string>;
  /** The body of `GET http://<address>:<port>/`. Rejects while nothing answers. */
  getAt?(address: string, port: number): Promise<string>;
}

/** What another orchestrator runs on the platform of the strategy. */
export interface ForeignWorkload {
  /** The name of what the engine lists: the container, or the service. */
  name: string;
  /** Besides the orchestrator's own labels. */
  labels: Readonly<Record<string, string>>;
  /** Its process has ended. */
  ended: boolean;
  /** A host port that it publishes. */
  port?: number;
}

export interface SlowImage {
  reference: string;
  /** Resolves when an engine has begun to pull it, and now waits. */
  asked: Promise<void>;
  /** Has the registry give it, now and from now on. */
  letGo(): void;
}

export interface ContractImages {
  /**
   * Has no entrypoint, and what {@link ContractPrograms} needs (by default `sh` and the usual small programs). For a
   * strategy that does not honour `command`, its own command must run on.
   */
  plain: string;
  /** Its own entrypoint writes the line `entrypoint`, a space, its arguments with a space between; and runs on until stopped. */
  withEntrypoint: string;
  /** A reference that no engine has and no registry serves. */
  missing: string;
  /**
   * Makes an image in a registry that the engine can reach, under a new tag. Started without a command it writes `first`
   * and runs on. After `move()`, the same tag in the registry is an image that writes `second`.
   */
  moving?(): Promise<{ reference: string; move(): Promise<void> }>;
  /** Makes an image in a registry that gives none of it before it is let go. Started without a command, it runs on. */
  slow?(): Promise<SlowImage>;
}

/** A strategy and its world, as the suite needs them. */
export interface ContractTarget {
  strategy: OpenFactoryServiceDeploymentStrategy;
  probes: ContractProbes;
  images: ContractImages;
  /** What the images can run. Default: {@link shellPrograms}, for images with a POSIX shell. */
  programs?: ContractPrograms;
  /** Put on everything that the suite deploys, so that leftovers of a broken run can be found. */
  labels?: Readonly<Record<string, string>>;
  /** Makes a network that services of this strategy can join, and tells its name; `close` removes it. Called thrice at most. */
  network(): Promise<string>;
  /** Tells a name for a volume that does not exist yet; `close` removes the volume. Needed if `mounts` is honoured. */
  volume?(): Promise<string>;
  /** Makes a secret, and tells its name; `close` removes it. Needed if `secrets` is honoured. */
  secret?(content: string): Promise<string>;
  /** Makes a config, and tells its name; `close` removes it. Needed if `configs` is honoured. */
  config?(content: string): Promise<string>;
  /** A host port that is free. Default: one that is free on this machine. */
  freePort?(): Promise<number>;
  /** A constraint that some node fits. Needed if `constraints` is honoured. Default: `node.role == manager`. */
  constraint?: string;
  /** All replicas are on one host, so that only one can have a host port: none is asked for with several. Default false. */
  oneHost?: boolean;
  /**
   * The engine expands Go templates (`{{.Service.Name}}`) in env: the strategy refuses one that `templates` does not mark.
   * Default false.
   */
  expandsTemplates?: boolean;
  /** How long a call that was cut off may take to show on the engine, in milliseconds. Default 500. */
  lateEffectsMs?: number;
  /**
   * By the name of an orchestrator: makes a workload as that orchestrator would, without the strategy. The result tells what
   * the engine has of the workload; `cleanup` removes it.
   */
  foreign?: Readonly<Record<string, (workload: ForeignWorkload) => Promise<() => Promise<unknown>>>>;
  /** Networks of the platform's own on which no port is published, and next to which a service joins no other network. */
  portlessNetworks?: readonly string[];
  /** Makes a network that services can join and that publishes no ports, and tells its name; `close` removes it. */
  internalNetwork?(): Promise<string>;
  /** Two addresses of the host on which services publish ports, for the probe `getAt`. */
  hostAddresses?: readonly [string, string];
  /** Removes whatever has that name, running or not, without the strategy; content if there is nothing. */
  cleanup(name: string): Promise<void>;
  /** Removes what the other functions made, and closes strategy and probes. */
  close(): Promise<void>;
}

/** Makes a target; called once, before the first case. */
export type ContractFactory = () => Promise<ContractTarget> | ContractTarget;

/** RLIMIT_NOFILE as the engine holds it. */
export interface ObservedOpenFiles {
  soft: number;
  hard: number;
}

/** A published port as the engine holds it. `mode` is left out where the engine has no publish modes. */
export type ObservedPort = Omit<PublishedPort, "mode"> & Partial<Pick<PublishedPort, "mode">>;

/**
 * A service as the ENGINE holds it, in the words of a normalised request: the probe translates back. A probe tells every
 * field that the strategy honours; a field left out means that nothing is set, and the engine's default holds.
 */
export interface ObservedSettings {
  /** What `Deployment.ids` should say: one service, or each container. */
  ids: readonly string[];
  /** The image reference, with its digest where it is pinned to one. */
  image: string;
  /** May hold more than was asked for: the image's own. */
  env: readonly string[];
  /** May hold more than was asked for: the image's and the strategy's own. */
  labels: Readonly<Record<string, string>>;
  /** What replaces the image's entrypoint; left out while the image's own is used. */
  command?: readonly string[];
  /** Words for the entrypoint; left out, or empty, without any. */
  args?: readonly string[];
  user?: string;
  /** Left out where the engine chose it. */
  hostname?: string;
  ports?: readonly ObservedPort[];
  /** Names of exactly the networks it is on. */
  networks?: readonly string[];
  /** As the engine holds them. */
  constraints?: readonly string[];
  resources?: Resources;
  openFiles?: ObservedOpenFiles;
  mode?: ServiceMode;
  /** `Type` in lower case; options that are empty may be left out. */
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
  secrets?: readonly FileReference[];
  configs?: readonly FileReference[];
  updateConfig?: UpdateConfig;
  rollbackConfig?: RollbackConfig;
  /** Fields that the engine has and does not tell as they were asked for, each with the reason: they can't be compared. */
  untold?: Readonly<Partial<Record<RequestField, string>>>;
}

/** One container or task of a service, as the engine has it. */
export interface ObservedInstance {
  /** As in `InstanceStatus.id`. */
  id: string;
  running: boolean;
  health?: "starting" | "healthy" | "unhealthy";
  /** Once it has ended. */
  exitCode?: number;
}
