import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import type { EngineCalls } from "../transport/engine-call.js";
import { inspectNetworkOf, listContainers } from "../transport/lookups.js";
import type { Dialect } from "./dialect.js";
import { listWithHealth } from "./listed-health.js";
import { asAsked, listedAsAsked } from "./podman-asked.js";
import { withPods } from "./podman-pods.js";
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

/** Podman removes a network under its containers. */
async function mayRemoveNetwork(calls: EngineCalls, name: string, options?: CallOptions): Promise<void> {
  const action = `remove network ${name}`;
  const containers = await listContainers(calls, action, { network: [name] }, options);
  if (containers.length === 0) return;
  const { Name } = await inspectNetworkOf(calls, name, action, options);
  throw new DeploymentError(
    "CONFLICT",
    `Network ${Name} can't be removed: it is in use by ${containers.map(({ Names: [first = ""] }) => first.replace(/^\//, "")).join(", ")}.`,
    {
      hint: "Remove them first.",
    },
  );
}

/** Podman's Docker-compatible API, as seen of 4.3 and 5.4. */
export const podman = (version: string): Dialect => ({
  prepareCreate,
  details: async (container, calls, options) => ({
    ...(await asAsked(container, calls, options)),
    State: { ...withoutEmptyHealth(container.State), Status: dockerState(container.State.Status) },
  }),
  list: async (list, filters) => dockerList(await listWithHealth(list, filters), filters).map(listedAsAsked),
  completeList: withPods,
  ...(Number.parseInt(version, 10) < 5 && {
    noUpdate: `Podman ${version} can't change a restart policy: where it starts containers with the machine, it starts the version before, too.`,
  }),
  noDigest: "Podman asks no registry for an image's digest.",
  mayRemoveNetwork,
  isVolumeThere: (error) => DeploymentError.isInstance(error, "CONFLICT"),
});
