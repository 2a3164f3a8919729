import type { EngineCalls } from "../connection/engine-call.js";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary, EngineInfo } from "../engine-types.js";

export type ListContainers = (filters?: Filters) => Promise<ContainerSummary[]>;

/** How an engine differs from Docker. Each function converts a request, or an answer, to Docker's. */
export interface Dialect {
  /**
   * Prepares the engine for a container, and returns the body (ContainerCreate) to send.
   * @throws DeploymentError `UNSUPPORTED` for a setting that the engine would ignore or misread; as every call.
   */
  prepareCreate(calls: EngineCalls, create: { name: string; body: object }, options?: CallOptions): Promise<object>;
  convertContainer(container: ContainerDetails, calls: EngineCalls, options?: CallOptions): Promise<ContainerDetails>;
  /** @param list lists containers as the engine reports them. */
  listContainers(list: ListContainers, filters?: Filters): Promise<ContainerSummary[]>;
  /** Adds labels that the engine's list lacks. Default: nothing. */
  addLabels?(
    calls: EngineCalls,
    containers: readonly ContainerSummary[],
    options?: CallOptions,
  ): Promise<ContainerSummary[]>;
  /** Default: unchanged. */
  convertInfo?(info: EngineInfo): EngineInfo;
  /** Why containers are not updated, in a sentence: no call is made. Default: the engine updates them. */
  readonly noUpdate?: string;
  /** Why the engine can't look up digests, in a sentence. Default: it can. */
  readonly noDigest?: string;
  /** @throws DeploymentError `CONFLICT` for a network in use that the engine would remove. */
  assertNetworkUnused(calls: EngineCalls, name: string, options?: CallOptions): Promise<void>;
  /** Whether a volume was not created because it exists; Docker returns the existing volume. */
  isVolumeExistsError(error: unknown): boolean;
}

export const docker: Dialect = {
  prepareCreate: async (_, { body }) => body,
  convertContainer: async (container) => container,
  listContainers: (list, filters) => list(filters),
  assertNetworkUnused: async () => {},
  isVolumeExistsError: () => false,
};

/**
 * Docker's status for each of Podman's own errors. Podman sends them with status 500 (seen with 4.3 and 5.4) and the
 * error as `cause` in the body; Docker sends no cause.
 * Source: podman, `libpod/define/errors.go`; containers/storage, `errors.go`.
 */
const STATUS_BY_CAUSE: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "that name is already in use": 409,
    "container already exists": 409,
    "UNIQUE constraint failed: ContainerConfig.Name": 409,
    "container state improper": 409,
    "network already exists": 409,
    "network is being used": 409,
    "volume already exists": 409,
    "network not found": 404,
    "no such container": 404,
    "invalid argument": 400,
  }),
);

/** The status that Docker would have sent. */
export const dockerStatus = (status: number, cause: string | undefined): number =>
  (status === 500 && cause !== undefined ? STATUS_BY_CAUSE.get(cause) : undefined) ?? status;
