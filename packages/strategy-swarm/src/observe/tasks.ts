import { isDeepStrictEqual } from "node:util";
import type { NodeDetails, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, eligibleNodes } from "./eligible-nodes.js";
import type { Observation } from "./services.js";

/** Nodes by id. */
export type NodesById = ReadonlyMap<string, NodeDetails>;

export const nodesById = (nodes: readonly NodeDetails[]): NodesById => new Map(nodes.map((node) => [node.ID, node]));

/** A node's host name; of one that is gone, its id. */
export const hostName = (nodes: NodesById, id: string): string => nodes.get(id)?.Description.Hostname ?? id;

/** Task states in which a task has ended otherwise than asked (Engine API, TaskState). */
const FAILED: ReadonlySet<string> = new Set(["failed", "rejected", "orphaned"]);

export const hasFailed = (task: TaskDetails): boolean => FAILED.has(task.Status.State);
export const hasCompleted = (task: TaskDetails): boolean => task.Status.State === "complete";
/** Whether it is to end, or has been told to. */
export const isShuttingDown = ({ DesiredState }: TaskDetails): boolean =>
  DesiredState === "shutdown" || DesiredState === "remove";
export const isRunning = (task: TaskDetails): boolean => task.Status.State === "running" && !isShuttingDown(task);

/** Where a task stands: its slot, or, of a global service, its node. */
const place = (task: TaskDetails): string => (task.Slot ? String(task.Slot) : (task.NodeID ?? ""));

const latestFirst = (a: TaskDetails, b: TaskDetails): number => (a.CreatedAt < b.CreatedAt ? 1 : -1);

/** The tasks of the service's present run, each place's history with the latest first. */
export function taskHistories(service: ServiceDetails, tasks: readonly TaskDetails[]): TaskDetails[][] {
  const current = tasks.filter((task) => isOfCurrentRun(service, task));
  return [...Map.groupBy(current, place)]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, history]) => history.sort(latestFirst));
}

/** A job runs anew with each iteration; an ended task of a slot that was scaled away says nothing of today. */
const isOfCurrentRun = (service: ServiceDetails, task: TaskDetails): boolean => {
  const iteration = service.JobStatus?.JobIteration.Index;
  if (iteration !== undefined) return task.JobIteration?.Index === iteration;
  return task.DesiredState !== "remove";
};

export const isJob = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.ReplicatedJob !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** Whether each node that matches its constraints is to have one task. */
export const isGlobal = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.Global !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** How many tasks should run, or, of a job, complete. */
export function desiredTasks(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): number {
  const { Mode } = service.Spec;
  if (isGlobal(service)) return desiredNodes(service, tasks, nodes).size;
  if (Mode?.ReplicatedJob) return Mode.ReplicatedJob.TotalCompletions ?? Mode.ReplicatedJob.MaxConcurrent ?? 1;
  return Mode?.Replicated?.Replicas ?? 1;
}

/**
 * Ids of the nodes that are to have a task. The swarm's own count (Engine API, ServiceStatus.DesiredTasks) leaves out those
 * whose task has failed until the next try is due, and those for which it has made none yet.
 */
function desiredNodes(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: NodesById): ReadonlySet<string> {
  const fitting = eligibleNodes([...nodes.values()], constraintsOf(service.Spec)).map(({ ID }) => ID);
  const having = taskHistories(service, tasks)
    .flatMap(([latest]) => latest ?? [])
    .filter((latest) => isJob(service) || !isShuttingDown(latest))
    .map(({ NodeID = "" }) => NodeID);
  return new Set([...fitting, ...having]);
}

type Template = Readonly<Record<string, unknown>>;

/** What makes a task another one (Engine API, TaskSpec). Tasks do not tell their runtime. */
const OF_A_TASK = ["ContainerSpec", "Resources", "RestartPolicy", "Networks", "LogDriver", "ForceUpdate"];

/**
 * Whether tasks of one template are as good as of the other. Where only the placement differs, the swarm lets those be
 * that are where they should be.
 */
export const isSameTemplate = (a: Template, b: Template): boolean =>
  OF_A_TASK.every((key) => isDeepStrictEqual(a[key], b[key]));

/**
 * The same with those tasks alone that are made of the service's present spec: in an update, tasks of the version before
 * run on for a while, and what became of them says nothing of this one.
 */
export function ofCurrentVersion(observed: Observation): Observation {
  const { Spec, PreviousSpec, UpdateStatus } = observed.service;
  if (PreviousSpec === undefined && UpdateStatus === undefined) return observed;
  return { ...observed, tasks: observed.tasks.filter((task) => isSameTemplate(task.Spec, Spec.TaskTemplate)) };
}
