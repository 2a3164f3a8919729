import type { IncomingHttpHeaders } from "node:http";
import { DeploymentError } from "@openfactory/deploy-core";
import { dial } from "../connection/dockerode.js";
import type { EngineCalls } from "../connection/engine-call.js";
import { inspectNetwork, listContainers } from "../connection/shared-calls.js";
import type { CallOptions, Filters } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";
import { prepareCreate } from "./create-container.js";
import { type Dialect, type ListContainers, docker } from "./dialect.js";
import { asAsked, listedAsAsked } from "./requested-config.js";

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
  const containers = await listContainers(calls, { network: [name] }, options, action);
  if (containers.length === 0) return;
  const { Name } = await inspectNetwork(calls, name, options, action);
  throw new DeploymentError(
    "CONFLICT",
    `Network ${Name} can't be removed: it is in use by ${containers.map(({ Names: [first = ""] }) => first.replace(/^\//, "")).join(", ")}.`,
    {
      hint: "Remove them first.",
    },
  );
}

/** Podman's Docker-compatible API, as seen of 4.3 and 5.4. */
const podman = (version: string): Dialect => ({
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

/** By health, as Docker writes it into a container's status. */
const WORDS = { starting: "health: starting", healthy: "healthy", unhealthy: "unhealthy" } as const;

/** Podman lists by health, and tells none in the list: it is asked for each, and put where Docker has it. */
async function listWithHealth(list: ListContainers, filters: Filters = {}): Promise<ContainerSummary[]> {
  const words = new Map<string, string>();
  const ask = async ([health, word]: [string, string]): Promise<void> => {
    for (const { Id } of await list({ ...filters, health: [health] })) words.set(Id, word);
  };
  const [containers] = await Promise.all([list(filters), ...Object.entries(WORDS).map(ask)]);
  return containers.map((container) => {
    const word = container.State === "running" ? words.get(container.Id) : undefined;
    return word === undefined ? container : { ...container, Status: `${container.Status} (${word})` };
  });
}

/** The label that a container of a pod is listed with: its value is the pod's name. Podman itself sets no label. */
const POD_LABEL = "io.podman.pod.name";

/** The part of Podman's own API that is used here (libpod, PodListLibpod). */
interface Pod {
  Name: string;
  /** Its infra container among them. */
  Containers?: { Id: string }[] | null;
}

/** Podman's Docker-compatible list does not tell which containers belong to a pod: Podman's own API does. */
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
    return await calls.json<Pod[]>(
      { action: "list pods", read: true },
      (docker, abortSignal) => dial(docker, { path: "/libpod/pods/json" }, abortSignal),
      options,
    );
  } catch (error) {
    // A proxy may let pass Docker's API alone.
    if (DeploymentError.isInstance(error, "NOT_FOUND") || DeploymentError.isInstance(error, "UNAUTHORIZED")) return [];
    throw error;
  }
}

/** Told by the headers of a ping, which is asked in any case: `/version` says it too, and would be a call more. */
export function dialectOf(headers: IncomingHttpHeaders): Dialect {
  const version = headers["libpod-api-version"]?.toString();
  return version === undefined ? docker : podman(version);
}
