import type { InstanceStatus, PublishedPort, ServiceState, ServiceStatus } from "@openfactory/deploy-core";
import type { ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { withoutOwnLabels } from "@openfactory/docker-translators";
import { desiredTasks, hasCompleted, hasFailed, histories, hostName, isJob, isRunning, type Nodes } from "./tasks.js";

const stateOf = (task: TaskDetails): ServiceState => {
  if (isRunning(task)) return "running";
  if (hasCompleted(task)) return "completed";
  if (hasFailed(task)) return "failed";
  return task.Status.State === "shutdown" || task.DesiredState === "shutdown" ? "stopped" : "pending";
};

/** `demo.1`; of a global service, `demo.<node id>`, as the docker command names tasks. */
export const taskName = (service: string, task: TaskDetails): string =>
  `${service}.${task.Slot ? task.Slot : (task.NodeID ?? task.ID)}`;

/** Swarm runs a task's health check before it calls the task running, and ends the task when it fails. */
export const healthOf = ({ Spec }: ServiceDetails, task: TaskDetails): InstanceStatus["health"] => {
  const check = Spec.TaskTemplate.ContainerSpec?.["Healthcheck"] as { Test?: string[] } | undefined;
  if (check?.Test === undefined || check.Test[0] === "NONE") return undefined;
  if (isRunning(task)) return "healthy";
  return task.Status.State === "starting" ? "starting" : undefined;
};

/** A task that never had a container is given the exit code 0 all the same. */
const exitCodeOf = (task: TaskDetails): number | undefined => {
  const { ContainerID, ExitCode } = task.Status.ContainerStatus ?? {};
  return ContainerID && hasEnded(stateOf(task)) ? ExitCode : undefined;
};

const hasEnded = (state: ServiceState): boolean => state === "completed" || state === "failed" || state === "stopped";

/** The latest task of a place, and how often it has been started anew there. */
export function instanceStatus(
  service: ServiceDetails,
  [task, ...earlier]: readonly [TaskDetails, ...TaskDetails[]],
  nodes: Nodes,
): InstanceStatus {
  const state = stateOf(task);
  const { Status } = task;
  // A task that waits for its turn says nothing of why: the one before it does.
  const telling = state === "pending" && earlier[0] !== undefined && hasFailed(earlier[0]) ? earlier[0] : task;
  return {
    id: task.ID,
    name: taskName(service.Spec.Name, task),
    node: task.NodeID === undefined ? undefined : hostName(nodes, task.NodeID),
    state,
    engineState: Status.State,
    health: healthOf(service, task),
    exitCode: exitCodeOf(telling),
    error: telling.Status.Err || undefined,
    startedAt: state === "running" ? Status.Timestamp : undefined,
    finishedAt: hasEnded(state) ? Status.Timestamp : undefined,
    restarts: earlier.length,
  };
}

/** The ports that a service has, those that the swarm chose among them. */
export const portsOf = ({ Endpoint, Spec }: ServiceDetails): PublishedPort[] =>
  (Endpoint?.Ports ?? Spec.EndpointSpec?.Ports ?? []).map((port): PublishedPort => ({
    target: port.TargetPort,
    published: port.PublishedPort || undefined,
    protocol: port.Protocol === "udp" || port.Protocol === "sctp" ? port.Protocol : "tcp",
    mode: port.PublishMode === "host" ? "host" : "ingress",
  }));

/** What a service is without its tasks. */
export const serviceFacts = (service: ServiceDetails) => ({
  name: service.Spec.Name,
  ids: [service.ID],
  image: service.Spec.TaskTemplate.ContainerSpec?.Image ?? "",
  ports: portsOf(service),
  labels: withoutOwnLabels(service.Spec.Labels),
  createdAt: service.CreatedAt,
});

export function serviceStatus(
  service: ServiceDetails,
  tasks: readonly TaskDetails[],
  nodes: Nodes,
): ServiceStatus {
  const instances = histories(service, tasks)
    .filter((history): history is [TaskDetails, ...TaskDetails[]] => history.length > 0)
    .map((history) => instanceStatus(service, history, nodes));
  const desired = desiredTasks(service, tasks, nodes);
  return {
    ...serviceFacts(service),
    state: combined(service, instances, desired),
    replicas: { running: instances.filter(({ state }) => state === "running").length, desired },
    instances: instances.filter(({ state }) => desired > 0 || state !== "stopped"),
  };
}

function combined(service: ServiceDetails, instances: readonly InstanceStatus[], desired: number): ServiceState {
  const count = (state: ServiceState): number => instances.filter((instance) => instance.state === state).length;
  const completed = count("completed");
  if (isJob(service)) {
    if (completed >= desired) return "completed";
    return count("failed") > 0 && count("pending") + count("running") === 0 ? "failed" : "pending";
  }
  if (desired === 0) return "stopped";
  if (count("running") >= desired) return "running";
  if (count("failed") > 0) return "failed";
  return desired > 0 && completed >= desired && !isStartedAgain(service) ? "completed" : "pending";
}

/** Whether a task that ends with exit code 0 is started again. */
export const isStartedAgain = ({ Spec }: ServiceDetails): boolean =>
  (Spec.TaskTemplate.RestartPolicy?.Condition ?? "any") === "any";
