import type { Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";

export type ListContainers = (filters?: Filters) => Promise<ContainerSummary[]>;

/** How an engine's answers differ from Docker's: each function makes of one what Docker would have said. */
export interface Dialect {
  /** @throws DeploymentError `UNSUPPORTED` for a body (ContainerCreate) that the engine would take for another. */
  check(body: object): void;
  details(container: ContainerDetails): ContainerDetails;
  /** @param list asks the engine itself. */
  list(list: ListContainers, filters?: Filters): Promise<ContainerSummary[]>;
}

export const docker: Dialect = {
  check: () => undefined,
  details: (container) => container,
  list: (list, filters) => list(filters),
};
