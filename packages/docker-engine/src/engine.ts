import type { Duplex } from "node:stream";
import type { Answered, ContainerCreateBody, ServiceSpec } from "@openfactory/docker-translators";
import type {
  ContainerCreated,
  ContainerDetails,
  ContainerSummary,
  EngineEvent,
  EngineInfo,
  EngineVersion,
  ImageDetails,
  LogFrame,
  NamedResource,
  NetworkDetails,
  NodeDetails,
  PullEvent,
  ServiceCreated,
  ServiceDetails,
  TaskDetails,
  VolumeDetails,
} from "./engine-types.js";
import type { CredentialsInfo } from "./registry-auth/credentials.js";

/** Options of every call. */
export interface CallOptions {
  signal?: AbortSignal;
  /**
   * Milliseconds until `TIMEOUT`; for streams, until the first byte. Default: the engine's (30000), and four times as long for
   * calls that change something while the engine answers pings.
   */
  timeoutMs?: number;
  /** Milliseconds that the call may take longer, such as the grace period of a process. Default 0. */
  graceMs?: number;
  /** Read the engine's state for the hint of `NOT_A_SWARM_MANAGER`, with one more call. Default true. */
  explainSwarmState?: boolean;
}

/** The engine's own filters, e.g. `{label: ["a=b"], name: ["demo"]}`. Names match by prefix or part: check them. */
export type Filters = Readonly<Record<string, readonly string[]>>;

export interface LogQuery extends CallOptions {
  follow?: boolean;
  tail?: number;
  since?: Date;
  /** For containers, with `follow`: continues after this position, and ignores `tail` and `since`. */
  after?: LogPosition;
}

/** The container or service whose log is read, if known: that saves the call that inspects it. */
export interface LogSource<Details> {
  source?: Details;
}

/** The end of what has been read of a log: the number of lines with its last timestamp. */
export interface LogPosition {
  timestamp: string;
  lines: number;
}

/**
 * A connection to one Docker Engine. Paths and bodies are those of the Engine API; the version is negotiated at the
 * first call. Every method throws DeploymentError: `ENGINE_UNREACHABLE`, `TIMEOUT`, `ABORTED`, `UNAUTHORIZED`, and by
 * the status code `NOT_FOUND` (404), `CONFLICT` (409), `NOT_A_SWARM_MANAGER` (503 of a swarm call), `INVALID_REQUEST`
 * (400), `ENGINE_ERROR`, with the engine's own error as `cause` (an {@link EngineErrorCause}).
 */
export interface DockerEngine {
  /** The address, e.g. `unix:///var/run/docker.sock`. Never contains a password. */
  readonly host: string;
  /** The negotiated API version, e.g. `1.41`: the lower of the engine's and the highest supported. */
  apiVersion(options?: CallOptions): Promise<string>;
  /** Whether the negotiated API version is `version` or later. */
  supportsApi(version: string, options?: CallOptions): Promise<boolean>;
  version(options?: CallOptions): Promise<EngineVersion>;
  info(options?: CallOptions): Promise<EngineInfo>;
  /**
   * Events as they happen, until the signal fires (`ABORTED`). The call is made when it is first iterated. `since` is in
   * seconds of the epoch; `onOpen` is called when the engine has started the stream: no later event is missed.
   */
  events(filters: Filters, options?: CallOptions & { since?: number; onOpen?: () => void }): AsyncIterable<EngineEvent>;
  readonly containers: Containers;
  readonly execs: Execs;
  readonly services: Services;
  readonly tasks: Tasks;
  readonly networks: Networks;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly nodes: Nodes;
  readonly secrets: NamedResources;
  readonly configs: NamedResources;
  /** Closes idle connections and SSH processes. */
  close(): Promise<void>;
}

/** The body of ContainerCreate, or parts of it. */
export type ContainerBody = Answered<ContainerCreateBody>;

export interface Containers {
  /** @throws DeploymentError `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, `CONFLICT` (the name is in use), ... */
  create(name: string, body: ContainerBody, options?: CallOptions): Promise<ContainerCreated>;
  /** @throws DeploymentError `NETWORK_NOT_FOUND`, `CONFLICT` (a host port in use), `NOT_FOUND` (the container), ... */
  start(id: string, options?: CallOptions): Promise<void>;
  /** `graceSeconds`: seconds until the process is killed. Default: the container's stop timeout. */
  stop(id: string, options?: CallOptions & { graceSeconds?: number }): Promise<void>;
  /** Stops and starts the process; starts it if it does not run. @throws as `start`. */
  restart(id: string, options?: CallOptions): Promise<void>;
  /** Removes it with its anonymous volumes (`v=1`); `force` kills first. */
  remove(id: string, options?: CallOptions & { force?: boolean }): Promise<void>;
  /** @throws DeploymentError `CONFLICT` (the name is in use), `NOT_FOUND`, ... */
  rename(id: string, name: string, options?: CallOptions): Promise<void>;
  /** Changes its limits or its restart policy in place (Engine API, ContainerUpdate); other settings stay. */
  update(id: string, body: object, options?: CallOptions): Promise<{ warnings: string[] }>;
  inspect(idOrName: string, options?: CallOptions): Promise<ContainerDetails>;
  /** Containers in any state. */
  list(filters?: Filters, options?: CallOptions): Promise<ContainerSummary[]>;
  /** @throws DeploymentError `UNSUPPORTED` if the logging driver does not support reading, ... */
  logs(id: string, query?: LogQuery & LogSource<ContainerDetails>): AsyncIterable<LogFrame>;
  /** The file or directory at a path as a tar archive, also of a container that never ran. @throws DeploymentError `NOT_FOUND`. */
  getArchive(id: string, path: string, options?: CallOptions): Promise<Buffer>;
  /** Unpacks a tar archive in a directory, also of a container that never ran. */
  putArchive(id: string, path: string, archive: Buffer, options?: CallOptions): Promise<void>;
}

/** Commands in running containers (Engine API, Exec). */
export interface Execs {
  /** @returns the id. @throws DeploymentError `NOT_FOUND`, `CONFLICT` (the container does not run). */
  create(container: string, body: object, options?: CallOptions): Promise<string>;
  /**
   * Starts it. The connection takes the command's input and returns its output: as it is with a terminal, otherwise in
   * frames. The time limit and the signal apply until it is open.
   */
  start(id: string, options?: CallOptions & { tty?: boolean }): Promise<Duplex>;
  resize(id: string, size: { columns: number; rows: number }, options?: CallOptions): Promise<void>;
  /** `exitCode` is missing while the command runs. */
  inspect(id: string, options?: CallOptions): Promise<{ running: boolean; exitCode?: number }>;
}

export interface Services {
  /**
   * Sends the registry credentials for the image, if there are any.
   * @throws DeploymentError `NETWORK_NOT_FOUND`, `CONFLICT` (the name is in use), ...
   */
  create(body: ServiceSpec, options?: CallOptions & { image?: string }): Promise<ServiceCreated>;
  /** @throws DeploymentError `CONFLICT` (the version is outdated), `NETWORK_NOT_FOUND`, `NOT_FOUND`, ... */
  update(
    id: string,
    version: number,
    body: ServiceSpec,
    options?: CallOptions & { image?: string; rollback?: "previous"; registryAuthFrom?: "spec" | "previous-spec" },
  ): Promise<{ warnings: string[] }>;
  /** With `ServiceStatus` (running and desired tasks) on API 1.41 and later. */
  list(filters?: Filters, options?: CallOptions): Promise<ServiceDetails[]>;
  /**
   * As `list`, and passes each service to `read` while the others arrive, so that a caller does not have to keep all of them in
   * memory. If the connection breaks, `read` is called again for all services, and their results count.
   * @returns the results of `read`, in the engine's order.
   */
  listEach<Result>(
    read: (service: ServiceDetails) => Result | Promise<Result>,
    filters?: Filters,
    options?: CallOptions,
  ): Promise<Result[]>;
  inspect(idOrName: string, options?: CallOptions): Promise<ServiceDetails>;
  remove(idOrName: string, options?: CallOptions): Promise<void>;
  /**
   * The frames of all tasks; each frame's task, node and service are in `details`.
   * @throws DeploymentError `UNSUPPORTED` if the logging driver does not support reading, ...
   */
  logs(id: string, query?: LogQuery & LogSource<ServiceDetails>): AsyncIterable<LogFrame>;
}

export interface Tasks {
  list(filters?: Filters, options?: CallOptions): Promise<TaskDetails[]>;
  /** As `list`, and passes each task to `read` while the others arrive: see {@link Services.listEach}. */
  listEach<Result>(read: (task: TaskDetails) => Result, filters?: Filters, options?: CallOptions): Promise<Result[]>;
}

export interface Networks {
  list(filters?: Filters, options?: CallOptions): Promise<NetworkDetails[]>;
  inspect(idOrName: string, options?: CallOptions): Promise<NetworkDetails>;
  create(body: object, options?: CallOptions): Promise<{ id: string; warning?: string }>;
  /** @throws DeploymentError `NETWORK_NOT_FOUND`, `NOT_FOUND` (no such container), ... */
  connect(idOrName: string, body: object, options?: CallOptions): Promise<void>;
  remove(idOrName: string, options?: CallOptions): Promise<void>;
}

export interface Images {
  /** @throws DeploymentError `IMAGE_NOT_FOUND` if the engine does not have it. */
  inspect(image: string, options?: CallOptions): Promise<ImageDetails>;
  /** Creates an image without a name from a tar archive of its root. @returns its id. */
  import(archive: Buffer, options?: CallOptions & { labels?: Readonly<Record<string, string>> }): Promise<string>;
  /** The ids of images. */
  list(filters: Filters, options?: CallOptions): Promise<string[]>;
  /** @throws DeploymentError `IMAGE_NOT_FOUND`, `CONFLICT` (a container uses it). */
  remove(image: string, options?: CallOptions): Promise<void>;
  /**
   * Pulls with the credentials of the user's config.json, and resolves when the pull is complete. Pulls of the same image at
   * the same time are one: each caller gets its events and can be aborted; the abort of the last caller ends the pull.
   * @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, `ENGINE_ERROR` (the registry does not answer), each naming image and
   * registry; `INVALID_REQUEST` for a malformed reference, before any call.
   */
  pull(image: string, options?: CallOptions & { onEvent?: (event: PullEvent) => void }): Promise<void>;
  /**
   * The registry's digest of a reference (`/distribution/{name}/json`); for an image of several platforms, that of the index.
   * Lookups of the same image at the same time are one call.
   * @throws as pull; `UNSUPPORTED` on Podman, which has no such call.
   */
  digest(image: string, options?: CallOptions): Promise<string>;
  /**
   * Where the user's credentials for the image's registry come from; undefined without credentials. Pulls and services send
   * them; this never returns them. If config.json or a credential helper fails, `problem` is set, and calls are made without
   * its credentials.
   * @throws DeploymentError `ABORTED`.
   */
  credentials(image: string, options?: CallOptions): Promise<CredentialsInfo | undefined>;
}

export interface Volumes {
  list(filters?: Filters, options?: CallOptions): Promise<VolumeDetails[]>;
  inspect(name: string, options?: CallOptions): Promise<VolumeDetails>;
  create(body: object, options?: CallOptions): Promise<VolumeDetails>;
  remove(name: string, options?: CallOptions): Promise<void>;
}

export interface Nodes {
  list(options?: CallOptions): Promise<NodeDetails[]>;
}

/** Secrets or configs. Their content is never read. */
export interface NamedResources {
  list(filters?: Filters, options?: CallOptions): Promise<NamedResource[]>;
  /** `body.Data` in base64. @returns the id. @throws DeploymentError `CONFLICT` (the name is in use), `INVALID_REQUEST`. */
  create(body: object, options?: CallOptions): Promise<string>;
  /** @throws DeploymentError `NOT_FOUND`, `INVALID_REQUEST` (a service uses it). */
  remove(id: string, options?: CallOptions): Promise<void>;
}
