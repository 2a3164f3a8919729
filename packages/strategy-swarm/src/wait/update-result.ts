import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import {
  hasCompleted,
  hasFailed,
  hostName,
  newestFirst,
  type Observation,
  ofCurrentVersion,
} from "../observe/tasks.js";
import { blockingTask } from "../observe/update-state.js";
import { serviceFailure } from "./failure.js";

/** A wait that starts within this time after a rollback reports that rollback as its own result. */
const RECENT_MS = 60_000;

/** States in which the swarm has ended an update or stopped it (Engine API, Service.UpdateStatus). */
const ENDED: ReadonlySet<string> = new Set(["completed", "paused", "rollback_completed", "rollback_paused"]);

/** Identifies one update of a service. */
const keyOf = ({ UpdateStatus }: ServiceDetails): string => `${UpdateStatus?.State} ${UpdateStatus?.StartedAt}`;

/**
 * The key of the update that had ended before a wait started, since the swarm reports the result of the last update until
 * the next one. Undefined if the update is in progress, was made by this strategy (`own`), or was rolled back recently.
 */
export async function endedUpdate(
  engine: DockerEngine,
  service: ServiceDetails,
  { own, signal }: CallOptions & { own: boolean },
): Promise<string | undefined> {
  const { State, CompletedAt } = service.UpdateStatus ?? {};
  if (own || State === undefined || !ENDED.has(State)) return undefined;
  if (State === "rollback_completed" && (await isRecent(engine, CompletedAt, signal))) return undefined;
  return keyOf(service);
}

/** Compares with the swarm's clock, which may differ from the clock of this machine. */
async function isRecent(engine: DockerEngine, time: string | undefined, signal?: AbortSignal): Promise<boolean> {
  if (time === undefined) return true;
  const { SystemTime } = await engine.info({ signal });
  return (SystemTime === undefined ? Date.now() : Date.parse(SystemTime)) - Date.parse(time) < RECENT_MS;
}

/** Whether the swarm itself decides about failed tasks, by a rollback. */
export const swarmWillRollBack = ({ service }: Observation): boolean =>
  service.UpdateStatus?.State === "updating" && service.Spec.UpdateConfig?.FailureAction === "rollback";

/**
 * The error of a service whose update was rolled back, paused or blocked; undefined if none of these has happened.
 * @param ended the result of {@link endedUpdate}: an update paused before the wait is no error if all tasks run.
 */
export async function updateFailure(
  engine: DockerEngine,
  observed: Observation,
  { state, replicas }: ServiceStatus,
  ended: string | undefined,
): Promise<DeploymentError | undefined> {
  const { service, tasks } = observed;
  const { Name } = service.Spec;
  const isPast = ended === keyOf(service);
  const current = ofCurrentVersion(observed).tasks;
  switch (service.UpdateStatus?.State) {
    case "rollback_completed": {
      // After a requested rollback, the swarm keeps the earlier version. After its own, it keeps none.
      if (service.PreviousSpec || isPast) return undefined;
      const failedTask = lastFailed(tasks.filter((task) => !current.includes(task)));
      return serviceFailure(engine, observed, failedTask, {
        code: "ROLLED_BACK",
        summary: `Service ${Name} was rolled back because its new version failed`,
        hint:
          replicas.running >= replicas.desired
            ? "The previous version is running."
            : `${replicas.running} of ${replicas.desired} tasks of the previous version are running: check with \`ofdeploy ps\`.`,
      });
    }
    case "paused":
    case "rollback_paused": {
      if (isPast && state !== "pending" && state !== "failed") return undefined;
      const change = service.UpdateStatus.State === "paused" ? "update" : "rollback";
      return serviceFailure(engine, observed, lastFailed(current) ?? lastFailed(tasks), {
        code: "TASK_FAILED",
        summary: `The ${change} of service ${Name} is paused because a task failed`,
        hint: "Some tasks may be of the previous version: roll the service back, or update it again.",
      });
    }
    default:
      return blockedUpdate(observed);
  }
}

function blockedUpdate(observed: Observation): DeploymentError | undefined {
  const task = blockingTask(observed);
  if (task === undefined) return undefined;
  const { Name } = observed.service.Spec;
  const node = hostName(observed.nodes, task.NodeID ?? "");
  return new DeploymentError(
    "TASK_FAILED",
    `The update of service ${Name} is blocked: ${node} was lost before its task ran, and the swarm waits for that task.`,
    {
      service: Name,
      hint: `Run \`ofdeploy up\` again: new tasks start on the other nodes. Check ${node} with \`docker node ls\`.`,
      instance: { id: task.ID, node, error: `node ${node} is down`, lastLogLines: [] },
    },
  );
}

/** The newest task that failed, or else that completed. */
const lastFailed = (tasks: readonly TaskDetails[]): TaskDetails | undefined => {
  const newest = tasks.toSorted(newestFirst);
  return newest.find(hasFailed) ?? newest.find(hasCompleted);
};
