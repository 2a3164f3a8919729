import {
  type InstanceStatus,
  type PublishedPort,
  Redactor,
  secretsOfRequest,
  type ServiceState,
  type ServiceStatus,
  type UpdateState,
} from "@openfactory/deploy-core";
import type { ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { withoutOwnLabels } from "@openfactory/docker-translators";
import {
  desiredTasks,
  hasCompleted,
  hasFailed,
  hostName,
  isGlobal,
  isJob,
  isRunning,
  isSameTemplate,
  type NodesById,
  taskHistories,
} from "./tasks.js";

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
  nodes: NodesById,
): InstanceStatus {
  const [last] = earlier;
  const { Status } = task;
  const isRetry = stateOf(task) === "pending" && last !== undefined && hasFailed(last);
  // Until the restart delay is over, nothing runs and nothing starts: as on one engine, the service has failed.
  const isDelayed = isRetry && task.DesiredState === "ready" && isSameTemplate(task.Spec, last.Spec);
  const state = isDelayed ? "failed" : stateOf(task);
  // A task that waits for its turn says nothing of why: the one before it does.
  const telling = isRetry ? last : task;
  return {
    id: task.ID,
    name: taskName(service.Spec.Name, task),
    node: task.NodeID === undefined ? undefined : hostName(nodes, task.NodeID),
    state,
    engineState: Status.State,
    health: healthOf(service, task),
    exitCode: exitCodeOf(telling),
    error: telling.Status.Err ? redactorFor(service).text(telling.Status.Err) : undefined,
    startedAt: state === "running" ? Status.Timestamp : undefined,
    finishedAt: hasEnded(state) ? Status.Timestamp : undefined,
    restarts: earlier.length,
  };
}

/** The ports that a service has, those that the swarm chose among them. */
const portsOf = ({ Endpoint, Spec }: ServiceDetails): PublishedPort[] =>
  (Endpoint?.Ports ?? Spec.EndpointSpec?.Ports ?? []).map((port): PublishedPort => ({
    target: port.TargetPort,
    published: port.PublishedPort || undefined,
    protocol: port.Protocol === "udp" || port.Protocol === "sctp" ? port.Protocol : "tcp",
    mode: port.PublishMode === "host" ? "host" : "ingress",
  }));

/**
 * Without the ports in mode host that no node has published for a running task: a task whose networks are all internal has
 * none, though the service asks for them. Where no task runs, the ports are those that are asked for.
 */
const reportedPorts = (service: ServiceDetails, tasks: readonly TaskDetails[]): PublishedPort[] => {
  const reports = tasks.filter(isRunning).flatMap(({ Status }) => Status.PortStatus ?? []);
  const isOpen = ({ target, protocol }: PublishedPort): boolean =>
    reports.some(({ Ports = [] }) => Ports.some((port) => port.TargetPort === target && port.Protocol === protocol));
  return portsOf(service).filter((port) => port.mode !== "host" || reports.length === 0 || isOpen(port));
};

/** What a service is without its tasks. */
export const serviceSummary = (service: ServiceDetails) => ({
  name: service.Spec.Name,
  ids: [service.ID],
  image: service.Spec.TaskTemplate.ContainerSpec?.Image ?? "",
  ports: portsOf(service),
  labels: withoutOwnLabels(service.Spec.Labels),
  createdAt: service.CreatedAt,
});

const UPDATES: Readonly<Record<string, UpdateState>> = {
  updating: "updating",
  paused: "paused",
  rollback_started: "rolling-back",
  rollback_paused: "rollback-paused",
};

/** The update that has not ended. The swarm never ends the one of a job: it runs the job again, and that is all. */
export const updateOf = (service: ServiceDetails): UpdateState | undefined =>
  isJob(service) ? undefined : UPDATES[service.UpdateStatus?.State ?? ""];

type History = readonly [TaskDetails, ...TaskDetails[]];

/** From the task that runs at a place: a later one of an update may wait for its node, may have failed, or be given up. */
const sinceRunning = (history: History): History => {
  const index = history.findIndex(isRunning);
  return index < 1 ? history : (history.slice(index) as unknown as History);
};

export function serviceStatus(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): ServiceStatus {
  const all = taskHistories(service, tasks).filter(
    (history): history is [TaskDetails, ...TaskDetails[]] => history.length > 0,
  );
  const instances = all.map((history): InstanceStatus => {
    const instance = instanceStatus(service, sinceRunning(history), nodes);
    const [latest] = history;
    return latest.ID !== instance.id && hasFailed(latest)
      ? { ...instance, error: latest.Status.Err || undefined }
      : instance;
  });
  const desired = desiredTasks(service, tasks, nodes);
  const update = updateOf(service);
  const isPresent = (task: TaskDetails): boolean =>
    isSettled(service) || isSameTemplate(task.Spec, service.Spec.TaskTemplate);
  const upToDate = all.filter((history) => history.some((task) => isRunning(task) && isPresent(task))).length;
  return {
    ...serviceSummary(service),
    ports: reportedPorts(service, tasks),
    state: combined(service, { instances, desired, upToDate }),
    ...(update && { update }),
    replicas: { running: instances.filter(({ state }) => state === "running").length, desired },
    instances: instances.filter(({ state }) => desired > 0 || state !== "stopped"),
  };
}

/** Whether no task of an earlier version can run any more. */
const isSettled = (service: ServiceDetails): boolean => {
  const { PreviousSpec, UpdateStatus: { State } = {} } = service;
  if (isJob(service) || State === "completed" || State === "rollback_completed") return true;
  return State === undefined && PreviousSpec === undefined;
};

interface Counts {
  instances: readonly InstanceStatus[];
  desired: number;
  /** How many places have a running task of the present version. */
  upToDate: number;
}

function combined(service: ServiceDetails, { instances, desired, upToDate }: Counts): ServiceState {
  const count = (state: ServiceState): number => instances.filter((instance) => instance.state === state).length;
  const completed = count("completed");
  if (desired === 0) return "stopped";
  if (isJob(service)) {
    if (completed >= desired) return "completed";
    return count("failed") > 0 && count("pending") + count("running") === 0 ? "failed" : "pending";
  }
  if (upToDate >= desired) return "running";
  if (count("failed") > 0 || updateOf(service)?.endsWith("paused")) return "failed";
  return desired > 0 && completed >= desired && !restartsOnSuccess(service) ? "completed" : "pending";
}

/** Whether a task that ends with exit code 0 is started again. */
export const restartsOnSuccess = ({ Spec }: ServiceDetails): boolean =>
  (Spec.TaskTemplate.RestartPolicy?.Condition ?? "any") === "any";

const NO_NODES: NodesById = new Map();

/** States of an update that is not through, or has stopped: what runs is then more than a number. */
const UNSETTLED: ReadonlySet<string> = new Set(["updating", "paused", "rollback_started", "rollback_paused"]);

/**
 * Whether as many tasks run as should, by the swarm's own count, so that nothing is to be said of single ones. What is to
 * be on every node it does not count right.
 */
export function isConverged(service: ServiceDetails): boolean {
  const { ServiceStatus: counted, UpdateStatus } = service;
  if (counted === undefined || isJob(service) || isGlobal(service) || UNSETTLED.has(UpdateStatus?.State ?? ""))
    return false;
  return counted.RunningTasks === desiredTasks(service, [], NO_NODES);
}

/** The status of a service that is as it should be, without its instances. */
export function statusFromCounts(service: ServiceDetails): ServiceStatus {
  const desired = desiredTasks(service, [], NO_NODES);
  return {
    ...serviceSummary(service),
    state: desired === 0 ? "stopped" : "running",
    replicas: { running: desired, desired },
    instances: [],
  };
}

/**
 * Masks values of a service's env: a node repeats what it could not start, and a process writes what it likes. The
 * values are looked up for the first text that is masked.
 */
export const redactorFor = ({ Spec }: ServiceDetails): Redactor =>
  new Redactor(() => {
    const { Env, Image = "" } = (Spec.TaskTemplate.ContainerSpec ?? {}) as { Env?: readonly string[]; Image?: string };
    return secretsOfRequest({ name: Spec.Name, image: Image, env: Env ?? [] });
  });
