import type { InstanceStatus, ServiceState, ServiceStatus } from "@openfactory/deploy-core";
import { type ContainerDetails, type ContainerSummary, listedName } from "@openfactory/docker-engine";
import { withoutStrategyLabels } from "@openfactory/docker-translators";
import { toInspectedContainer, toListedContainer } from "../containers/group.js";
import { boundPorts, listedPorts } from "../ports.js";

type Health = InstanceStatus["health"];

/** The status of a service, from its inspected containers. */
export function serviceStatus(name: string, containers: readonly ContainerDetails[]): ServiceStatus {
  const instances = containers
    .filter((container) => !toInspectedContainer(container).placeholder)
    .map(inspectedInstance);
  const first = containers[0];
  return {
    name,
    ids: containers.map(({ Id }) => Id),
    image: first?.Config.Image ?? "",
    state: combineStates(instances),
    replicas: countReplicas(instances),
    ports: containers.flatMap(({ NetworkSettings }) => boundPorts(NetworkSettings.Ports)),
    labels: withoutStrategyLabels(first?.Config.Labels),
    createdAt: first?.Created ?? "",
    instances,
    ...attachedNetworks(containers),
    ...unfinishedDeploy(instances),
  };
}

/** The status of a service, from a listing of its containers. @param stopped the ids of those that were stopped. */
export function listedServiceStatus(
  name: string,
  summaries: readonly ContainerSummary[],
  stopped: ReadonlySet<string> = new Set(),
): ServiceStatus {
  const instances = summaries
    .filter((summary) => !toListedContainer(summary).placeholder)
    .map((summary) => ({ ...listedInstance(summary), ...(stopped.has(summary.Id) && { state: "stopped" as const }) }));
  const first = summaries[0];
  return {
    name,
    ids: summaries.map(({ Id }) => Id),
    image: first?.Image ?? "",
    state: combineStates(instances),
    replicas: countReplicas(instances),
    ports: summaries.flatMap(({ Ports }) => listedPorts(Ports)),
    labels: withoutStrategyLabels(first?.Labels),
    createdAt: new Date((first?.Created ?? 0) * 1000).toISOString(),
    instances,
    ...attachedNetworks(summaries),
    ...unfinishedDeploy(instances),
  };
}

function inspectedInstance(container: ContainerDetails): InstanceStatus {
  const { State } = container;
  const hasEnded = State.Status === "exited" || State.Status === "restarting" || State.Status === "dead";
  // The engine reports a container as unhealthy when its process ends, and as running while it waits for a restart.
  const health = State.Running && !hasEnded ? toHealth(State.Health?.Status) : undefined;
  const error = State.OOMKilled ? "killed: out of memory (its memory limit)" : State.Error || undefined;
  return {
    id: container.Id,
    name: container.Name.slice(1),
    state: inspectedState(container, health),
    engineState: State.Status,
    health,
    exitCode: hasEnded ? State.ExitCode : undefined,
    error,
    startedAt: toTime(State.StartedAt),
    finishedAt: hasEnded ? toTime(State.FinishedAt) : undefined,
    restarts: container.RestartCount,
  };
}

function inspectedState(container: ContainerDetails, health: Health): ServiceState {
  const { Status, Error, ExitCode } = container.State;
  if (toInspectedContainer(container).stopped) return "stopped";
  return Status === "created" && Error !== "" ? "failed" : toState(Status, health, ExitCode);
}

/** A listing has health and exit code only in its text: `Up 3 seconds (healthy)`, `Exited (1) ...`. It has no restarts. */
function listedInstance(summary: ContainerSummary): InstanceStatus {
  const health = toHealth(/\((?:health: )?(starting|healthy|unhealthy)\)/.exec(summary.Status)?.[1]);
  const code = /^(?:Exited|Restarting) \((\d+)\)/.exec(summary.Status)?.[1];
  const exitCode = code === undefined ? undefined : Number(code);
  return {
    id: summary.Id,
    name: listedName(summary),
    state: toState(summary.State, health, exitCode),
    engineState: summary.State,
    health,
    exitCode,
  };
}

const toState = (engineState: string, health: Health, exitCode: number | undefined): ServiceState => {
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

const toHealth = (status: string | undefined): Health =>
  status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;

/** The engine writes the year 1 for never. */
const toTime = (iso: string): string | undefined => (iso.startsWith("0001-") ? undefined : iso);

const STATES_BY_PRIORITY: readonly ServiceState[] = ["failed", "pending", "stopped", "running"];

/** A service without instances has no replicas: it is stopped. */
const combineStates = (instances: readonly InstanceStatus[]): ServiceState =>
  instances.length === 0
    ? "stopped"
    : (STATES_BY_PRIORITY.find((state) => instances.some((instance) => instance.state === state)) ?? "completed");

const countReplicas = (instances: readonly InstanceStatus[]): ServiceStatus["replicas"] => ({
  running: instances.filter(({ state }) => state === "running").length,
  desired: instances.length,
});

/** A container that was never started belongs to a deploy that is in progress, or was interrupted. */
const unfinishedDeploy = (instances: readonly InstanceStatus[]): Pick<ServiceStatus, "unfinished"> =>
  instances.some(({ engineState }) => engineState === "created") ? { unfinished: true } : {};

interface AttachedContainer {
  NetworkSettings?: { Networks?: Readonly<Record<string, { NetworkID?: string }>> | null };
}

/** The networks that all containers are attached to. Left out if the engine (Podman) gives no network ids. */
export function attachedNetworks([first, ...others]: readonly AttachedContainer[]): Pick<ServiceStatus, "networks"> {
  const networks = networksOf(first);
  if (networks === undefined) return {};
  const otherIds = others.map((container) => new Set(networksOf(container)?.map(({ id }) => id)));
  return { networks: networks.filter(({ id }) => otherIds.every((ids) => ids.has(id))) };
}

function networksOf(container: AttachedContainer | undefined): { id: string; name: string }[] | undefined {
  const attached = container?.NetworkSettings?.Networks;
  if (!attached) return undefined;
  const networks = Object.entries(attached).map(([name, { NetworkID: id = "" }]) => ({ id, name }));
  return networks.some(({ id, name }) => id === "" || id === name) ? undefined : networks;
}
