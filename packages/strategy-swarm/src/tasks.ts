import type { NodeDetails, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, fittingNodes } from "./fitting-nodes.js";

/** Nodes by id. */
export type Nodes = ReadonlyMap<string, NodeDetails>;

export const nodesById = (nodes: readonly NodeDetails[]): Nodes => new Map(nodes.map((node) => [node.ID, node]));

/** A node's host name; of one that is gone, its id. */
export const hostName = (nodes: Nodes, id: string): string => nodes.get(id)?.Description.Hostname ?? id;

/** Task states in which a task has ended otherwise than asked (Engine API, TaskState). */
const FAILED: ReadonlySet<string> = new Set(["failed", "rejected", "orphaned"]);

export const hasFailed = (task: TaskDetails): boolean => FAILED.has(task.Status.State);
export const hasCompleted = (task: TaskDetails): boolean => task.Status.State === "complete";
/** Whether it is to end, or has been told to. */
export const isToEnd = ({ DesiredState }: TaskDetails): boolean =>
  DesiredState === "shutdown" || DesiredState === "remove";
export const isRunning = (task: TaskDetails): boolean => task.Status.State === "running" && !isToEnd(task);

/** Where a task stands: its slot, or, of a global service, its node. */
const place = (task: TaskDetails): string => (task.Slot ? String(task.Slot) : (task.NodeID ?? ""));

const latestFirst = (a: TaskDetails, b: TaskDetails): number => (a.CreatedAt < b.CreatedAt ? 1 : -1);

/** The tasks of the service's present run, each place's history with the latest first. */
export function histories(service: ServiceDetails, tasks: readonly TaskDetails[]): TaskDetails[][] {
  const current = tasks.filter((task) => ofPresentRun(service, task));
  return [...Map.groupBy(current, place)]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, history]) => history.sort(latestFirst));
}

/** A job runs anew with each iteration; an ended task of a slot that was scaled away says nothing of today. */
const ofPresentRun = (service: ServiceDetails, task: TaskDetails): boolean => {
  const iteration = service.JobStatus?.JobIteration.Index;
  if (iteration !== undefined) return task.JobIteration?.Index === iteration;
  return task.DesiredState !== "remove";
};

export const isJob = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.ReplicatedJob !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** Whether each node that fulfils its constraints is to have one task. */
export const isOnEveryNode = ({ Spec }: ServiceDetails): boolean =>
  Spec.Mode?.Global !== undefined || Spec.Mode?.GlobalJob !== undefined;

/** How many tasks should run, or, of a job, complete. */
export function desiredTasks(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: Nodes): number {
  const { Mode } = service.Spec;
  if (isOnEveryNode(service)) return wantedNodes(service, tasks, nodes).size;
  if (Mode?.ReplicatedJob) return Mode.ReplicatedJob.TotalCompletions ?? Mode.ReplicatedJob.MaxConcurrent ?? 1;
  return Mode?.Replicated?.Replicas ?? 1;
}

/**
 * Ids of the nodes that are to have a task. The swarm's own count (Engine API, ServiceStatus.DesiredTasks) leaves out those
 * whose task has failed until the next try is due, and those for which it has made none yet.
 */
function wantedNodes(service: ServiceDetails, tasks: readonly TaskDetails[], nodes: Nodes): ReadonlySet<string> {
  const fitting = fittingNodes([...nodes.values()], constraintsOf(service.Spec)).map(({ ID }) => ID);
  const having = histories(service, tasks)
    .flatMap(([latest]) => latest ?? [])
    .filter((latest) => isJob(service) || !isToEnd(latest))
    .map(({ NodeID = "" }) => NodeID);
  return new Set([...fitting, ...having]);
}
