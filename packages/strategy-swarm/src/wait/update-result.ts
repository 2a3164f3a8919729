import type { DeploymentError, ServiceStatus } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import type { Observation } from "../observe/services.js";
import { updateOf } from "../observe/status.js";
import { hasCompleted, hasFailed, ofCurrentVersion } from "../observe/tasks.js";
import { serviceFailure } from "./failure.js";

/** How long ago, at most, an update may have been rolled back to be what a wait is about that did not see it happen. */
const RECENT_MS = 60_000;

/** States in which the swarm does no more about an update (Engine API, Service.UpdateStatus). */
const ENDED: ReadonlySet<string> = new Set(["completed", "paused", "rollback_completed", "rollback_paused"]);

/** Tells updates of one service apart. */
const keyOf = ({ UpdateStatus }: ServiceDetails): string => `${UpdateStatus?.State} ${UpdateStatus?.StartedAt}`;

/**
 * The update that had ended before a wait began, and is not what it is about: the swarm tells how the last one ended until
 * there is a next one. Undefined for one that goes on, or that this strategy has made (`own`), or that was rolled back
 * only just now.
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

/** By the swarm's clock, which need not be this machine's. */
async function isRecent(engine: DockerEngine, time: string | undefined, signal?: AbortSignal): Promise<boolean> {
  if (time === undefined) return true;
  const { SystemTime } = await engine.info({ signal });
  return (SystemTime === undefined ? Date.now() : Date.parse(SystemTime)) - Date.parse(time) < RECENT_MS;
}

/** Whether the swarm itself will say what becomes of tasks that fail: it goes back to the version before. */
export const swarmWillRollBack = ({ service }: Observation): boolean =>
  service.UpdateStatus?.State === "updating" && service.Spec.UpdateConfig?.FailureAction === "rollback";

export const isUpdating = ({ service }: Observation): boolean => {
  const update = updateOf(service);
  return update === "updating" || update === "rolling-back";
};

/**
 * The error of a service whose update has come to a bad end; undefined if it has not.
 * @param past as {@link endedUpdate} tells: an update that was stopped then is no error if all runs all the same.
 */
export async function updateFailure(
  engine: DockerEngine,
  observed: Observation,
  { state }: ServiceStatus,
  past: string | undefined,
): Promise<DeploymentError | undefined> {
  const { service, tasks } = observed;
  const { Name } = service.Spec;
  const isPast = past === keyOf(service);
  const present = ofCurrentVersion(observed).tasks;
  switch (service.UpdateStatus?.State) {
    case "rollback_completed": {
      // After a rollback that was asked for, the swarm keeps the version before: it is what was wanted.
      if (service.PreviousSpec || isPast) return undefined;
      const telling = lastFailed(tasks.filter((task) => !present.includes(task)));
      return serviceFailure(engine, observed, telling, {
        code: "ROLLED_BACK",
        before: `${Name} was rolled back, since its new version failed`,
        hint: "The previous version runs again.",
      });
    }
    case "paused":
    case "rollback_paused": {
      if (isPast && state !== "pending" && state !== "failed") return undefined;
      const what = service.UpdateStatus.State === "paused" ? "update" : "rollback";
      return serviceFailure(engine, observed, lastFailed(present) ?? lastFailed(tasks), {
        code: "TASK_FAILED",
        before: `The ${what} of ${Name} has stopped, since a task failed`,
        hint: "Some of its tasks may be of the version before: roll it back, or update it again.",
      });
    }
    default:
      return undefined;
  }
}

const latestFirst = (a: TaskDetails, b: TaskDetails): number => (a.CreatedAt < b.CreatedAt ? 1 : -1);

/** The last task that ended otherwise than it was told to. */
const lastFailed = (tasks: readonly TaskDetails[]): TaskDetails | undefined => {
  const latest = tasks.toSorted(latestFirst);
  return latest.find(hasFailed) ?? latest.find(hasCompleted);
};
