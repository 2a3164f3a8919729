import type { EngineCalls } from "../connection/engine-call.js";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";

export type ListContainers = (filters?: Filters) => Promise<ContainerSummary[]>;

/** How an engine's answers differ from Docker's: each function makes of one what Docker would have said. */
export interface Dialect {
  /**
   * Sees to it that all of a body (ContainerCreate) will hold, and gives the one to send.
   * @throws DeploymentError `UNSUPPORTED` for what the engine would take for something else; as every call.
   */
  prepareCreate(calls: EngineCalls, create: { name: string; body: object }, options?: CallOptions): Promise<object>;
  details(container: ContainerDetails, calls: EngineCalls, options?: CallOptions): Promise<ContainerDetails>;
  /** @param list asks the engine itself. */
  list(list: ListContainers, filters?: Filters): Promise<ContainerSummary[]>;
  /** Adds what the engine's list leaves out, and another of its calls tells. Default: nothing. */
  completeList?(
    calls: EngineCalls,
    containers: readonly ContainerSummary[],
    options?: CallOptions,
  ): Promise<ContainerSummary[]>;
  /** What is not as asked after a container was to be changed, in a sentence: nothing is sent. Default: the engine changes it. */
  readonly noUpdate?: string;
  /** Why the engine asks no registry for a digest, in a sentence. Default: it does. */
  readonly noDigest?: string;
  /** @throws DeploymentError `CONFLICT` for a network in use that the engine would remove all the same. */
  mayRemoveNetwork(calls: EngineCalls, name: string, options?: CallOptions): Promise<void>;
  /** Whether a volume could not be made since it is there: Docker answers with that. */
  isVolumeThere(error: unknown): boolean;
}

export const docker: Dialect = {
  prepareCreate: async (_, { body }) => body,
  details: async (container) => container,
  list: (list, filters) => list(filters),
  mayRemoveNetwork: async () => {},
  isVolumeThere: () => false,
};

/**
 * What Podman answers with status 500 (seen with 4.3 and 5.4), by the `cause` in the body, which is one of its own
 * errors; and the status that Docker gives the same. An answer of Docker's has no cause.
 * Source: podman, `libpod/define/errors.go`; containers/storage, `errors.go`.
 */
const STATUS_OF: ReadonlyMap<string, number> = new Map(
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

/** The status with which Docker would have answered. */
export const dockerStatus = (status: number, cause: string | undefined): number =>
  (status === 500 && cause !== undefined ? STATUS_OF.get(cause) : undefined) ?? status;
