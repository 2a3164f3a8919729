import {
  type InstanceStatus,
  type PublishedPort,
  Redactor,
  secretsOfRequest,
  type ServiceState,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import type { ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { withoutStrategyLabels } from "@openfactory/docker-translators";
import { stoppedReplicas } from "../processes/stopped.js";
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
  wasNeverUpdated,
} from "./tasks.js";
import { blockingTask, updateOf } from "./update-state.js";

type TaskHistory = readonly [TaskDetails, ...TaskDetails[]];

/** The status of a service from its tasks. */
export function serviceStatus(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): ServiceStatus {
  const all = taskHistories(service, tasks).filter(
    (history): history is [TaskDetails, ...TaskDetails[]] => history.length > 0,
  );
  const instances = all.map((history): InstanceStatus => {
    const instance = instanceStatus(service, sinceRunning(history), nodes);
    const [newest] = history;
    return newest.ID !== instance.id && hasFailed(newest)
      ? { ...instance, error: newest.Status.Err || undefined }
      : instance;
  });
  const desired = desiredTasks(service, tasks, nodes);
  const update = updateOf(service);
  const isCurrent = (task: TaskDetails): boolean =>
    hasOneVersion(service) || isSameTemplate(task.Spec, service.Spec.TaskTemplate);
  const upToDate = all.filter((history) => history.some((task) => isRunning(task) && isCurrent(task))).length;
  return {
    ...serviceSummary(service),
    ports: reportedPorts(service, tasks),
    state: serviceState(service, { instances, desired, upToDate }),
    ...(update && { update }),
    ...(blockingTask({ service, tasks, nodes }) !== undefined && { unfinished: true as const }),
    replicas: {
      running: instances.filter(({ state }) => state === "running").length,
      desired: stoppedReplicas(service.Spec) ?? desired,
    },
    instances: desired > 0 ? instances : instances.filter(({ state }) => state !== "stopped"),
  };
}

/**
 * The history from the running task on. A newer task of an update may wait for a node, may have failed, or may have been
 * abandoned.
 */
const sinceRunning = (history: TaskHistory): TaskHistory => {
  const index = history.findIndex(isRunning);
  return index < 1 ? history : (history.slice(index) as unknown as TaskHistory);
};

/** Whether no task of an earlier version can run any more. */
export const hasOneVersion = (service: ServiceDetails): boolean => {
  const { State } = service.UpdateStatus ?? {};
  return isJob(service) || State === "completed" || State === "rollback_completed" || wasNeverUpdated(service);
};

/**
 * What {@link serviceStatus} reads of a task if the service has one version: then it compares no template of a running task. The
 * rest would take most of the memory of a list of thousands of tasks.
 */
export function taskOfOneVersion(task: TaskDetails): TaskDetails {
  const { ID, Version, CreatedAt, UpdatedAt, ServiceID, NodeID, Slot, DesiredState, JobIteration } = task;
  const { Timestamp, State, Err, ContainerStatus, PortStatus } = task.Status;
  return {
    ID,
    Version,
    CreatedAt,
    UpdatedAt,
    ServiceID,
    NodeID,
    Slot,
    DesiredState,
    JobIteration,
    Status: { Timestamp, State, Err, ContainerStatus, PortStatus },
    Spec: isRunning(task) ? {} : task.Spec,
  };
}

interface Counts {
  instances: readonly InstanceStatus[];
  desired: number;
  /** The number of slots with a running task of the current version. */
  upToDate: number;
}

function serviceState(service: ServiceDetails, { instances, desired, upToDate }: Counts): ServiceState {
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

/** The status of one slot: of its newest task, with the number of tasks of the same version before it as restarts. */
export function instanceStatus(
  service: ServiceDetails,
  [task, ...earlier]: TaskHistory,
  nodes: NodesById,
): InstanceStatus {
  const [last] = earlier;
  const { Status } = task;
  const isRetry = stateOf(task) === "pending" && last !== undefined && hasFailed(last);
  // Nothing runs or starts until the restart delay is over. Local Docker reports such a service as failed, too.
  const isDelayed = isRetry && task.DesiredState === "ready" && isSameTemplate(task.Spec, last.Spec);
  const state = isDelayed ? "failed" : stateOf(task);
  // A pending retry has no error of its own; the task before it has.
  const reported = isRetry ? last : task;
  return {
    id: task.ID,
    name: taskName(service.Spec.Name, task),
    node: task.NodeID === undefined ? undefined : hostName(nodes, task.NodeID),
    state,
    engineState: Status.State,
    health: healthOf(service, task),
    exitCode: exitCodeOf(reported),
    error: reported.Status.Err ? redactorFor(service).text(reported.Status.Err) : undefined,
    startedAt: state === "running" ? Status.Timestamp : undefined,
    finishedAt: isEndState(state) ? Status.Timestamp : undefined,
    restarts: sameVersionAs(service, task, earlier),
  };
}

/** How many tasks of the same version immediately precede a task. The others ended because of an update. */
function sameVersionAs(service: ServiceDetails, task: TaskDetails, earlier: readonly TaskDetails[]): number {
  // A task that runs the only version may have no template, see taskOfOneVersion.
  const template = hasOneVersion(service) && isRunning(task) ? service.Spec.TaskTemplate : task.Spec;
  const updated = earlier.findIndex(({ Spec }) => !isSameTemplate(Spec, template));
  return updated < 0 ? earlier.length : updated;
}

const stateOf = (task: TaskDetails): ServiceState => {
  if (isRunning(task)) return "running";
  if (hasCompleted(task)) return "completed";
  if (hasFailed(task)) return "failed";
  return task.Status.State === "shutdown" || task.DesiredState === "shutdown" ? "stopped" : "pending";
};

const isEndState = (state: ServiceState): boolean => state === "completed" || state === "failed" || state === "stopped";

/** `demo.1`, or `demo.<node id>` for a global service, as the docker command names tasks. */
export const taskName = (service: string, task: TaskDetails): string =>
  `${service}.${task.Slot ? task.Slot : (task.NodeID ?? task.ID)}`;

/** Whether the service's own settings have a health check. The swarm does not know the one of the image. */
export const hasHealthCheck = ({ Spec }: ServiceDetails): boolean => {
  const test = Spec.TaskTemplate.ContainerSpec?.Healthcheck?.Test;
  return test?.[0] !== undefined && test[0] !== "NONE";
};

/** Swarm runs the health check of a task before it reports the task as running, and stops the task when the check fails. */
export const healthOf = (service: ServiceDetails, task: TaskDetails): InstanceStatus["health"] => {
  if (!hasHealthCheck(service)) return undefined;
  if (isRunning(task)) return "healthy";
  return task.Status.State === "starting" ? "starting" : undefined;
};

/** The swarm reports exit code 0 for a task that never had a container, too: that one is not an exit code. */
const exitCodeOf = (task: TaskDetails): number | undefined => {
  const { ContainerID, ExitCode } = task.Status.ContainerStatus ?? {};
  return ContainerID && isEndState(stateOf(task)) ? ExitCode : undefined;
};

/** The part of a status that needs no tasks. */
export const serviceSummary = (service: ServiceDetails) => ({
  name: service.Spec.Name,
  ids: [service.ID],
  image: service.Spec.TaskTemplate.ContainerSpec?.Image ?? "",
  ports: portsOf(service),
  labels: withoutStrategyLabels(service.Spec.Labels),
  createdAt: service.CreatedAt,
});

/** The ports of a service, with those that the swarm chose. */
const portsOf = ({ Endpoint, Spec }: ServiceDetails): PublishedPort[] =>
  (Endpoint?.Ports ?? Spec.EndpointSpec?.Ports ?? []).map((port): PublishedPort => ({
    target: port.TargetPort,
    published: port.PublishedPort || undefined,
    protocol: port.Protocol === "udp" || port.Protocol === "sctp" ? port.Protocol : "tcp",
    mode: port.PublishMode === "host" ? "host" : "ingress",
  }));

/**
 * The ports without those in mode host that no node has published for a running task: a task whose networks are all
 * internal has none. If no task runs, all ports of the service.
 */
const reportedPorts = (service: ServiceDetails, tasks: readonly TaskDetails[]): PublishedPort[] => {
  const reports = tasks.filter(isRunning).flatMap(({ Status }) => Status.PortStatus ?? []);
  const isOpen = ({ target, protocol }: PublishedPort): boolean =>
    reports.some(({ Ports = [] }) => Ports.some((port) => port.TargetPort === target && port.Protocol === protocol));
  return portsOf(service).filter((port) => port.mode !== "host" || reports.length === 0 || isOpen(port));
};

const NO_NODES: NodesById = new Map();

/** States of an update that has not ended or has stopped: a count of tasks does not describe such a service. */
const IN_UPDATE: ReadonlySet<string> = new Set(["updating", "paused", "rollback_started", "rollback_paused"]);

/**
 * Whether the desired number of tasks runs by the swarm's own count, so that no task has to be inspected. That count is
 * wrong for global services.
 */
export function isConverged(service: ServiceDetails): boolean {
  const { ServiceStatus: counts, UpdateStatus } = service;
  if (counts === undefined || isJob(service) || isGlobal(service) || IN_UPDATE.has(UpdateStatus?.State ?? ""))
    return false;
  return counts.RunningTasks === desiredTasks(service, [], NO_NODES);
}

/** The status of a converged service, without its instances. */
export function statusFromCounts(service: ServiceDetails): ServiceStatus {
  const desired = desiredTasks(service, [], NO_NODES);
  return {
    ...serviceSummary(service),
    state: desired === 0 ? "stopped" : "running",
    replicas: { running: desired, desired: stoppedReplicas(service.Spec) ?? desired },
    instances: [],
  };
}

/**
 * Masks the values of a service's env in errors and log lines: nodes quote the command that failed, and processes log
 * anything. The values are collected when the first text is masked.
 */
export const redactorFor = ({ Spec }: ServiceDetails): Redactor =>
  new Redactor(() => {
    const { Env, Image = "" } = Spec.TaskTemplate.ContainerSpec ?? {};
    return secretsOfRequest({ name: Spec.Name, image: Image, env: Env ?? [] });
  });
