import { podsShape } from "../answers/shapes.js";
import type { IncomingHttpHeaders } from "node:http";
import { DeploymentError } from "@openfactory/deploy-core";
import { dial } from "../connection/dockerode.js";
import type { EngineCalls } from "../connection/engine-call.js";
import { inspectNetwork, listContainers } from "../connection/shared-calls.js";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import { prepareCreate } from "./create-container.js";
import { type Dialect, docker, type ListContainers } from "./dialect.js";
import { restoreDetails, restoreSummary } from "./requested-config.js";

/** Detected by the headers of the ping, which is sent anyway: `/version` would be one more call. */
export function detectDialect(headers: IncomingHttpHeaders): Dialect {
  const version = headers["libpod-api-version"]?.toString();
  return version === undefined ? docker : podman(version);
}

/** Podman's Docker-compatible API, as seen with 4.3 and 5.4. */
const podman = (version: string): Dialect => ({
  prepareCreate: (calls, create, options) => prepareCreate(calls, { ...create, version }, options),
  convertContainer: async (container, calls, options) => ({
    ...(await restoreDetails(container, calls, options)),
    State: { ...withoutEmptyHealth(container.State), Status: dockerState(container.State.Status) },
  }),
  listContainers: async (list, filters) => dockerList(await listWithHealth(list, filters), filters).map(restoreSummary),
  addLabels: withPods,
  // Podman reports another random ID with each call. Source: podman, `pkg/api/handlers/compat/info.go`.
  convertInfo: (info) => ({ ...info, ID: `${info.Name}:${info.DockerRootDir}` }),
  ...(Number.parseInt(version, 10) < 5 && {
    noUpdate: `Podman ${version} can't change a restart policy: after a reboot it may also start the previous version's container.`,
  }),
  noDigest: "Podman can't look up an image's digest in a registry.",
  assertNetworkUnused,
  isVolumeExistsError: (error) => DeploymentError.isInstance(error, "CONFLICT"),
});

/** States of a container that Docker does not have. Source: podman, `libpod/define/containerstate.go`. */
const STATES: Readonly<Record<string, string>> = {
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

const dockerState = <State extends string>(state: State): State =>
  ((Object.hasOwn(STATES, state) && STATES[state]) || state) as State;

/** Podman 4 reports an empty health for a container without a health check. */
const withoutEmptyHealth = ({ Health, ...state }: ContainerDetails["State"]): ContainerDetails["State"] =>
  Health === undefined || Health.Status === "" ? state : { ...state, Health };

/** The texts that Docker adds to a container's status. */
const HEALTH_TEXT = { starting: "health: starting", healthy: "healthy", unhealthy: "unhealthy" } as const;

/** Podman filters a list by health, but does not report it in the list: each health is listed, and added to the status. */
async function listWithHealth(list: ListContainers, filters: Filters = {}): Promise<ContainerSummary[]> {
  const healthById = new Map<string, string>();
  const listHealth = async ([health, text]: [string, string]): Promise<void> => {
    for (const { Id } of await list({ ...filters, health: [health] })) healthById.set(Id, text);
  };
  const [containers] = await Promise.all([list(filters), ...Object.entries(HEALTH_TEXT).map(listHealth)]);
  return containers.map((container) => {
    const health = container.State === "running" ? healthById.get(container.Id) : undefined;
    return health === undefined ? container : { ...container, Status: `${container.Status} (${health})` };
  });
}

const dockerList = (containers: readonly ContainerSummary[], { label = [] }: Filters = {}): ContainerSummary[] =>
  containers
    .filter((container) => label.every((each) => hasLabel(container, each)))
    .map((container) => ({ ...container, State: dockerState(container.State) }));

/** Filters again: Podman's filter `a=` matches any value of the label. */
const hasLabel = ({ Labels }: ContainerSummary, label: string): boolean => {
  const equals = label.indexOf("=");
  return equals === -1 ? label in Labels : Labels[label.slice(0, equals)] === label.slice(equals + 1);
};

/** The label with which a container of a pod is listed; its value is the pod's name. Podman itself sets no label. */
const POD_LABEL = "io.podman.pod.name";

/** Its containers include its infra container. */
type Pod = NonNullable<(typeof podsShape)["type"]>[number];

/** Podman's Docker-compatible list does not show which containers belong to a pod. Podman's own API does. */
export async function withPods(
  calls: EngineCalls,
  containers: readonly ContainerSummary[],
  options?: CallOptions,
): Promise<ContainerSummary[]> {
  const pods = await listPods(calls, options);
  const names = new Map(
    pods.flatMap(({ Name, Containers }) => (Containers ?? []).map(({ Id }) => [Id, Name] as const)),
  );
  return containers.map((container) => {
    const pod = names.get(container.Id);
    return pod === undefined ? container : { ...container, Labels: { ...container.Labels, [POD_LABEL]: pod } };
  });
}

async function listPods(calls: EngineCalls, options?: CallOptions): Promise<Pod[]> {
  try {
    return await calls.json(
      { action: "list pods", read: true },
      podsShape,
      (docker, abortSignal) => dial(docker, { path: "/libpod/pods/json" }, abortSignal),
      options,
    );
  } catch (error) {
    // A proxy may allow Docker's API only.
    if (DeploymentError.isInstance(error, "NOT_FOUND") || DeploymentError.isInstance(error, "UNAUTHORIZED")) return [];
    throw error;
  }
}

/** Podman removes a network that containers use. */
async function assertNetworkUnused(calls: EngineCalls, name: string, options?: CallOptions): Promise<void> {
  const action = `remove network ${name}`;
  const containers = await listContainers(calls, { network: [name] }, options, action);
  if (containers.length === 0) return;
  const { Name } = await inspectNetwork(calls, name, options, action);
  const users = containers.map(({ Names: [first = ""] }) => first.replace(/^\//, ""));
  throw new DeploymentError("CONFLICT", `Network ${Name} can't be removed: it is in use by ${users.join(", ")}.`, {
    hint: "Remove these containers first, or disconnect them from the network.",
  });
}
