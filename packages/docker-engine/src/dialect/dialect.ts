import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import type { EngineCalls } from "../transport/engine-call.js";

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
