import type { UpdateState } from "@openfactory/deploy-core";
import type { ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { isJob, isSameTemplate, isShuttingDown, type Observation } from "./tasks.js";

const UPDATE_STATES: Readonly<Record<string, UpdateState>> = {
  updating: "updating",
  paused: "paused",
  rollback_started: "rolling-back",
  rollback_paused: "rollback-paused",
};

/** The update that has not ended. Jobs have none: the swarm runs a job again and never ends its update. */
export const updateOf = (service: ServiceDetails): UpdateState | undefined =>
  isJob(service) ? undefined : UPDATE_STATES[service.UpdateStatus?.State ?? ""];

/** Whether the swarm replaces tasks of the service, or monitors the new ones. */
export const isUpdating = (service: ServiceDetails): boolean => {
  const update = updateOf(service);
  return update === "updating" || update === "rolling-back";
};

/** Task states before `running` (Engine API, TaskState). */
const BEFORE_RUNNING: ReadonlySet<string> = new Set([
  "new",
  "allocated",
  "pending",
  "assigned",
  "accepted",
  "preparing",
  "ready",
  "starting",
]);

/**
 * The task that blocks the update of a service: its node was lost before the task ran. The swarm has replaced the task, but
 * the update still waits for it, and replaces no other task until the node is back or the service is updated again
 * (swarmkit, manager/orchestrator/update/updater.go, updateTask).
 */
export const blockingTask = ({ service, tasks, nodes }: Observation): TaskDetails | undefined =>
  replacedBeforeRunning(service, tasks).find(
    ({ NodeID }) => NodeID !== undefined && nodes.get(NodeID)?.Status.State === "down",
  );

/** The tasks of the update in progress that the swarm has replaced before they ran. */
export function replacedBeforeRunning(service: ServiceDetails, tasks: readonly TaskDetails[]): TaskDetails[] {
  if (!isUpdating(service)) return [];
  const startedAt = Date.parse(service.UpdateStatus?.StartedAt ?? "");
  return tasks.filter(
    (task) =>
      isShuttingDown(task) &&
      BEFORE_RUNNING.has(task.Status.State) &&
      isSameTemplate(task.Spec, service.Spec.TaskTemplate) &&
      // An earlier update that was blocked leaves such tasks, too.
      !(Date.parse(task.CreatedAt) < startedAt),
  );
}
