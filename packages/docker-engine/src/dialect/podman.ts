import type { Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import type { Dialect } from "./dialect.js";
import { listWithHealth } from "./listed-health.js";
import { prepareCreate } from "./podman-create.js";

/** States of a container that Docker has no word for. Source: podman, `libpod/define/containerstate.go`. */
const STATES: Readonly<Record<string, string>> = {
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

const dockerState = <State extends string>(state: State): State => (STATES[state] ?? state) as State;

/** Podman 4 says of a container without a health check that its health is empty. */
const withoutEmptyHealth = ({ Health, ...state }: ContainerDetails["State"]): ContainerDetails["State"] =>
  Health === undefined || Health.Status === "" ? state : { ...state, Health };

/** Podman takes a filter by the label `a=` for any value of it. */
const carries = ({ Labels }: ContainerSummary, label: string): boolean => {
  const equals = label.indexOf("=");
  return equals === -1 ? label in Labels : Labels[label.slice(0, equals)] === label.slice(equals + 1);
};

const dockerList = (containers: readonly ContainerSummary[], { label = [] }: Filters = {}): ContainerSummary[] =>
  containers
    .filter((container) => label.every((one) => carries(container, one)))
    .map((container) => ({ ...container, State: dockerState(container.State) }));

/** Podman's Docker-compatible API, as seen of 4.3 and 5.4. */
export const podman: Dialect = {
  prepareCreate,
  details: (container) => ({
    ...container,
    State: { ...withoutEmptyHealth(container.State), Status: dockerState(container.State.Status) },
  }),
  list: async (list, filters) => dockerList(await listWithHealth(list, filters), filters),
};
