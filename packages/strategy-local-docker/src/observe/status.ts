import type { InstanceStatus, ServiceState, ServiceStatus } from "@openfactory/deploy-core";
import type { ContainerDetails, ContainerSummary } from "@openfactory/docker-engine";
import { withoutOwnLabels } from "@openfactory/docker-translators";
import { listedMember, listedName, seenMember } from "../containers/group.js";
import { boundPorts, listedPorts } from "../ports.js";

type Health = InstanceStatus["health"];

/** The engine's state of a container in the contract's terms. */
const stateOf = (engineState: string, health: Health, exitCode: number | undefined): ServiceState => {
  switch (engineState) {
    case "running":
      if (health === "starting") return "pending";
      return health === "unhealthy" ? "failed" : "running";
    case "exited":
      return exitCode === 0 ? "completed" : "failed";
    case "created":
    case "removing":
      return "pending";
    case "paused":
      return "stopped";
    default:
      // restarting, dead
      return "failed";
  }
};

const healthOf = (status: string | undefined): Health =>
  status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;

/** A container's zero time stands for never. */
const time = (iso: string): string | undefined => (iso.startsWith("0001-") ? undefined : iso);

function instanceStatus(container: ContainerDetails): InstanceStatus {
  const { State } = container;
  const ended = State.Status === "exited" || State.Status === "restarting" || State.Status === "dead";
  // The engine calls a container unhealthy when its process ends, and running while it waits for a restart.
  const health = State.Running && !ended ? healthOf(State.Health?.Status) : undefined;
  const error = State.OOMKilled ? "killed for lack of memory (out of its limit)" : State.Error || undefined;
  return {
    id: container.Id,
    name: container.Name.slice(1),
    state: State.Status === "created" && State.Error !== "" ? "failed" : stateOf(State.Status, health, State.ExitCode),
    engineState: State.Status,
    health,
    exitCode: ended ? State.ExitCode : undefined,
    error,
    startedAt: time(State.StartedAt),
    finishedAt: ended ? time(State.FinishedAt) : undefined,
    restarts: container.RestartCount,
  };
}

/** What the containers of a service add up to. */
export function serviceStatus(name: string, containers: readonly ContainerDetails[]): ServiceStatus {
  const instances = containers.filter((container) => !seenMember(container).idle).map(instanceStatus);
  const first = containers[0];
  return {
    name,
    ids: containers.map(({ Id }) => Id),
    image: first?.Config.Image ?? "",
    state: combined(instances),
    replicas: replicas(instances),
    ports: containers.flatMap(({ NetworkSettings }) => boundPorts(NetworkSettings.Ports)),
    labels: withoutOwnLabels(first?.Config.Labels),
    createdAt: first?.Created ?? "",
    instances,
    ...attachedNetworks(containers),
    ...unfinished(instances),
  };
}

/** A service, with what a listing says of its containers. */
export function listedService(name: string, summaries: readonly ContainerSummary[]): ServiceStatus {
  const instances = summaries.filter((summary) => !listedMember(summary).idle).map(listedInstance);
  const first = summaries[0];
  return {
    name,
    ids: summaries.map(({ Id }) => Id),
    image: first?.Image ?? "",
    state: combined(instances),
    replicas: replicas(instances),
    ports: summaries.flatMap(({ Ports }) => listedPorts(Ports)),
    labels: withoutOwnLabels(first?.Labels),
    createdAt: new Date((first?.Created ?? 0) * 1000).toISOString(),
    instances,
    ...attachedNetworks(summaries),
    ...unfinished(instances),
  };
}

/** A listing gives health and exit code in words for people only: `Up 3 seconds (healthy)`, `Exited (1) ...`. */
function listedInstance(summary: ContainerSummary): InstanceStatus {
  const health = healthOf(/\((?:health: )?(starting|healthy|unhealthy)\)/.exec(summary.Status)?.[1]);
  const code = /^(?:Exited|Restarting) \((\d+)\)/.exec(summary.Status)?.[1];
  const exitCode = code === undefined ? undefined : Number(code);
  return {
    id: summary.Id,
    name: listedName(summary),
    state: stateOf(summary.State, health, exitCode),
    engineState: summary.State,
    health,
    exitCode,
    restarts: 0,
  };
}

/** A container that was never started is one whose deploy was cut off, or goes on. */
const unfinished = (instances: readonly InstanceStatus[]): Pick<ServiceStatus, "unfinished"> =>
  instances.some(({ engineState }) => engineState === "created") ? { unfinished: true } : {};

const ORDER: readonly ServiceState[] = ["failed", "pending", "stopped", "running"];

/** Without any, it is asked not to run. */
const combined = (instances: readonly InstanceStatus[]): ServiceState =>
  instances.length === 0
    ? "stopped"
    : (ORDER.find((state) => instances.some((instance) => instance.state === state)) ?? "completed");

const replicas = (instances: readonly InstanceStatus[]): ServiceStatus["replicas"] => ({
  running: instances.filter(({ state }) => state === "running").length,
  desired: instances.length,
});

interface Attached {
  NetworkSettings?: { Networks?: Readonly<Record<string, { NetworkID?: string }>> | null };
}

/** The networks that all of these containers are attached to; nothing where an engine (Podman) gives no ids. */
export function attachedNetworks([first, ...others]: readonly Attached[]): Pick<ServiceStatus, "networks"> {
  const networks = networksOf(first);
  if (networks === undefined) return {};
  const rest = others.map((container) => new Set(networksOf(container)?.map(({ id }) => id)));
  return { networks: networks.filter(({ id }) => rest.every((ids) => ids.has(id))) };
}

function networksOf(container: Attached | undefined): { id: string; name: string }[] | undefined {
  const joined = container?.NetworkSettings?.Networks;
  if (!joined) return undefined;
  const networks = Object.entries(joined).map(([name, { NetworkID: id = "" }]) => ({ id, name }));
  return networks.some(({ id, name }) => id === "" || id === name) ? undefined : networks;
}
