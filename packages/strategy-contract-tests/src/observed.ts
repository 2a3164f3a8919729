import type {
  FileReference,
  Healthcheck,
  Mount,
  NormalizedRequest,
  PublishedPort,
  RequestField,
  Resources,
  RestartPolicy,
  RollbackConfig,
  ServiceMode,
  UpdateConfig,
} from "@openfactory/deploy-core";

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
