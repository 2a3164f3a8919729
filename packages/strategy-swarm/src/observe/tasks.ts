import { isDeepStrictEqual } from "node:util";
import type { NodeDetails, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, eligibleNodes } from "./eligible-nodes.js";

/** The label of a container, and the detail of a log line, with the id of their task (Engine API). */
export const TASK_LABEL = "com.docker.swarm.task.id";

/** Nodes by id. */
export type NodesById = ReadonlyMap<string, NodeDetails>;

/** A service and its tasks at one moment. */
export interface Observation {
  service: ServiceDetails;
  tasks: readonly TaskDetails[];
  nodes: NodesById;
}

/** Whether nothing has changed: the swarm increments the version of a service or task with every change. */
export const isSameObservation = (a: Observation, b: Observation): boolean =>
  a.nodes === b.nodes &&
  isSameVersion(a.service, b.service) &&
  a.tasks.length === b.tasks.length &&
  a.tasks.every((task, index) => isSameVersion(task, b.tasks[index]));

/** Whether an object of the swarm has not changed. */
export const isSameVersion = (a: VersionedObject, b: VersionedObject | undefined): boolean =>
  a.ID === b?.ID && a.Version.Index === b.Version.Index;

type VersionedObject = Pick<ServiceDetails | TaskDetails, "ID" | "Version">;

export const nodesById = (nodes: readonly NodeDetails[]): NodesById => new Map(nodes.map((node) => [node.ID, node]));

/** The host name of a node, or its id if the node has left the swarm. */
export const hostName = (nodes: NodesById, id: string): string => nodes.get(id)?.Description.Hostname ?? id;

/** Task states of a failed task (Engine API, TaskState). */
const FAILED: ReadonlySet<string> = new Set(["failed", "rejected", "orphaned"]);
/** Task states in which no process of the task runs any more (Engine API, TaskState). */
const ENDED: ReadonlySet<string> = new Set([...FAILED, "complete", "shutdown", "remove"]);

export const hasFailed = (task: TaskDetails): boolean => FAILED.has(task.Status.State);
export const hasCompleted = (task: TaskDetails): boolean => task.Status.State === "complete";
export const hasEnded = (task: TaskDetails): boolean => ENDED.has(task.Status.State);
/** Whether the swarm stops the task, or is about to. */
export const isShuttingDown = ({ DesiredState }: TaskDetails): boolean =>
  DesiredState === "shutdown" || DesiredState === "remove";
/**
 * Whether a process of the task runs. If the process exits with code 0 during its start, a node reports the task as running,
 * with PID 0, before it reports it as complete.
 */
export const isRunning = (task: TaskDetails): boolean =>
  task.Status.State === "running" && task.Status.ContainerStatus?.PID !== 0 && !isShuttingDown(task);

/** Whether the task runs or is about to. */
export const isActive = (task: TaskDetails): boolean =>
  !hasFailed(task) && !hasCompleted(task) && !isShuttingDown(task);

export const newestFirst = (a: TaskDetails, b: TaskDetails): number => (a.CreatedAt < b.CreatedAt ? 1 : -1);

export const isJob = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.ReplicatedJob !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** Whether the service runs one task on each eligible node. */
export const isGlobal = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.Global !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** The tasks of the service's current run by slot (by node for a global service), each history with the newest first. */
export function taskHistories(service: ServiceDetails, tasks: readonly TaskDetails[]): TaskDetails[][] {
  const current = tasks.filter((task) => isOfCurrentRun(service, task));
  return [...Map.groupBy(current, slotOf)]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, history]) => history.sort(newestFirst));
}

const slotOf = (task: TaskDetails): string => (task.Slot ? String(task.Slot) : (task.NodeID ?? ""));

/** A job runs again with each iteration. The tasks of a slot that `scale` removed no longer count. */
const isOfCurrentRun = (service: ServiceDetails, task: TaskDetails): boolean => {
  const iteration = service.JobStatus?.JobIteration.Index;
  if (iteration !== undefined) return task.JobIteration?.Index === iteration;
  return task.DesiredState !== "remove";
};

/** The number of tasks that should run, or complete if the service is a job. */
export function desiredTasks(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): number {
  const { Mode } = service.Spec;
  if (isGlobal(service)) return desiredNodes(service, tasks, nodes).size;
  if (Mode?.ReplicatedJob) return Mode.ReplicatedJob.TotalCompletions ?? Mode.ReplicatedJob.MaxConcurrent ?? 1;
  return Mode?.Replicated?.Replicas ?? 1;
}

/**
 * The ids of the nodes that should have a task. The swarm's own count (Engine API, ServiceStatus.DesiredTasks) leaves out
 * nodes whose task failed until the next attempt is due, and nodes without a task so far.
 */
function desiredNodes(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): ReadonlySet<string> {
  const eligible = eligibleNodes([...nodes.values()], constraintsOf(service.Spec)).map(({ ID }) => ID);
  const occupied = taskHistories(service, tasks)
    .flatMap(([newest]) => newest ?? [])
    .filter((newest) => isJob(service) || !isShuttingDown(newest))
    .map(({ NodeID = "" }) => NodeID);
  return new Set([...eligible, ...occupied]);
}

type TaskTemplate = Readonly<Record<string, unknown>>;

/** A change of one of these makes the swarm replace a task (Engine API, TaskSpec). Tasks do not report their runtime. */
const TASK_FIELDS = ["ContainerSpec", "Resources", "RestartPolicy", "Networks", "LogDriver", "ForceUpdate"];

/** Whether a change from one template to the other replaces no task. A different placement alone replaces only tasks that
 * no longer match it. */
export const isSameTemplate = (a: TaskTemplate, b: TaskTemplate): boolean =>
  TASK_FIELDS.every((field) => isDeepStrictEqual(a[field], b[field]));

/** Whether the service has its first version, so that all its tasks are of that version. */
export const wasNeverUpdated = ({ PreviousSpec, UpdateStatus }: ServiceDetails): boolean =>
  PreviousSpec === undefined && UpdateStatus?.State === undefined;

/**
 * The observation without the tasks of earlier versions. They keep running for a while during an update, and their
 * results do not describe the current version.
 */
export function ofCurrentVersion(observed: Observation): Observation {
  if (wasNeverUpdated(observed.service)) return observed;
  const { TaskTemplate } = observed.service.Spec;
  return { ...observed, tasks: observed.tasks.filter((task) => isSameTemplate(task.Spec, TaskTemplate)) };
}
