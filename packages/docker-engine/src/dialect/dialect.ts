import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";

export type ListContainers = (filters?: Filters) => Promise<ContainerSummary[]>;

/** How an engine's answers differ from Docker's: each function makes of one what Docker would have said. */
export interface Dialect {
  /**
   * Sees to it that all of a body (ContainerCreate) will hold, and gives the one to send.
   * @throws DeploymentError `UNSUPPORTED` for what the engine would take for something else; as every call.
   */
  prepareCreate(client: EngineClient, create: { name: string; body: object }, options?: CallOptions): Promise<object>;
  details(container: ContainerDetails): ContainerDetails;
  /** @param list asks the engine itself. */
  list(list: ListContainers, filters?: Filters): Promise<ContainerSummary[]>;
}

export const docker: Dialect = {
  prepareCreate: async (_, { body }) => body,
  details: (container) => container,
  list: (list, filters) => list(filters),
};
