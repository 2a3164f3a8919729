import { DeploymentError, type ServiceStatus, throwIfAborted, type WaitOptions } from "@openfactory/deploy-core";
import type { DockerEngine, TaskDetails } from "@openfactory/docker-engine";
import { type Observation, serviceNotFound, servicePoller } from "../observe/services.js";
import { healthOf, restartsOnSuccess, serviceStatus } from "../observe/status.js";
import {
  hasCompleted,
  hasFailed,
  isGlobal,
  isJob,
  isRunning,
  ofCurrentVersion,
  taskHistories,
} from "../observe/tasks.js";
import { failedInstance, serviceFailure, taskHealth } from "./failure.js";
import { Rejections } from "./rejections.js";
import { endedUpdate, isUpdating, swarmWillRollBack, updateFailure } from "./update-result.js";

/** Ended this often at one place, a task is in a crash loop. */
const CRASH_LOOP = 2;

/**
 * Waits until all tasks of a service run (Swarm calls a task with a health check running when it is healthy), or, of a
 * job or one-shot, have completed.
 * @param changed ids of services whose update this strategy has made, and no wait has seen through yet.
 * @throws DeploymentError `TASK_FAILED`, `IMAGE_NOT_FOUND` (a node that lacks the image and can't pull it),
 * `ROLLED_BACK`, `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitForService(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer, timeoutMs = 120_000, settleMs = 1_000 }: WaitOptions,
  changed: Set<string> = new Set(),
): Promise<ServiceStatus> {
  const end = Date.now() + timeoutMs;
  const looks = servicePoller(engine);
  let observed = await looks.next(serviceName, { signal, service: serviceName });
  const { ID } = observed.service;
  let since = 0;
  const unproven = new Set<string>();
  const past = historicTaskIds(ofCurrentVersion(observed));
  const rejections = new Rejections();
  const pastEnd = await endedUpdate(engine, observed.service, { own: changed.has(ID), signal });
  for (;;) {
    throwIfAborted(signal, { service: serviceName });
    const present = ofCurrentVersion(observed);
    trackHealth(present, unproven);
    rejections.note(present.tasks.filter(({ ID: id }) => !past.has(id)));
    const status = serviceStatus(present.service, present.tasks, present.nodes);
    const updateError = await updateFailure(engine, observed, status, pastEnd);
    if (updateError !== undefined) throw updateError;
    const notes = { unproven, past, rejections };
    const failed = swarmWillRollBack(observed) ? undefined : await findFailed(engine, present, notes, signal);
    if (failed !== undefined) throw await taskFailure(engine, observed, failed, unproven);
    since = isReady(status) && !isUpdating(observed) ? since || Date.now() : 0;
    const settled =
      status.state === "running" ? since + Math.max(settleMs, longestFailedAttempt(present, past)) : since;
    if (since !== 0 && Date.now() >= settled) {
      changed.delete(ID);
      return status;
    }
    observer?.({ type: "waiting", service: serviceName, ...status.replicas, detail: detailOf(status) });
    if (Date.now() >= end) throw await timeoutError(engine, observed, status, timeoutMs);
    const withinMs = (since === 0 ? end : Math.min(end, settled)) - Date.now();
    observed = await looks.next(serviceName, { signal, service: serviceName, withinMs });
    // Another one by its name is not the one that is waited for.
    if (observed.service.ID !== ID) throw serviceNotFound(engine, serviceName);
  }
}

/** No try is waited for longer. */
const MAX_ATTEMPT_MS = 10_000;

/**
 * How long the longest try took that failed since the wait began, in milliseconds: of a crash loop each try runs, and only
 * one that lasts longer is none of it.
 */
const longestFailedAttempt = ({ tasks }: Observation, past: ReadonlySet<string>): number => {
  const failed = tasks.filter((task) => task.Status.State === "failed" && !past.has(task.ID));
  const tries = failed.map(({ CreatedAt, Status }) => Date.parse(Status.Timestamp) - Date.parse(CreatedAt));
  return Math.min(MAX_ATTEMPT_MS, Math.max(0, ...tries));
};

/** All that should run runs, or has done its work; a service of no replicas is what it was asked to be. */
const isReady = ({ state, replicas }: ServiceStatus): boolean =>
  state === "running" || state === "completed" || (state === "stopped" && replicas.running === 0);

/**
 * A task whose health check fails is told to stop, and if its process then ends with exit code 0 the engine calls the
 * task complete. It is told from one that did its work by never having been healthy: by ids of tasks seen starting.
 */
function trackHealth({ service, tasks }: Observation, unproven: Set<string>): void {
  for (const task of tasks) {
    const health = healthOf(service, task);
    if (health === "starting") unproven.add(task.ID);
    if (health === "healthy") unproven.delete(task.ID);
  }
}

/** Ids of the tasks whose place has a running one when the wait begins: what they came to is history. */
const historicTaskIds = ({ service, tasks }: Observation): ReadonlySet<string> =>
  new Set(
    taskHistories(service, tasks)
      .filter(([latest]) => latest !== undefined && isRunning(latest))
      .flatMap(([, ...earlier]) => earlier.map(({ ID }) => ID)),
  );

/** What a wait has seen so far, of a service's present version. */
interface WaitProgress {
  /** Ids of tasks that were seen starting, and never healthy. */
  unproven: ReadonlySet<string>;
  /** Ids of tasks whose end is history. */
  past: ReadonlySet<string>;
  rejections: Rejections;
}

/** A task's history whose failure is final: it is not started again, or has been in vain. */
async function findFailed(
  engine: DockerEngine,
  { service, tasks }: Observation,
  { unproven, past, rejections }: WaitProgress,
  signal?: AbortSignal,
): Promise<TaskDetails[] | undefined> {
  const again = restartsOnSuccess(service);
  const inVain = (task: TaskDetails): boolean => hasFailed(task) || (hasCompleted(task) && unproven.has(task.ID));
  for (const history of taskHistories(service, tasks)) {
    const recent = history.filter(({ ID }) => !past.has(ID));
    const ended = recent.filter((task) => inVain(task) || (again && !isJob(service) && hasCompleted(task)));
    const latest = history[0];
    if (latest !== undefined && inVain(latest) && isFinalFailure(service, latest, history)) return history;
    if (ended.length < CRASH_LOOP) continue;
    const crashed = ended.filter(({ Status }) => Status.State !== "rejected");
    // What is to be on every node, another node does not take.
    if (
      crashed.length >= CRASH_LOOP ||
      isGlobal(service) ||
      (await rejections.allNodesRejected(engine, service, signal))
    )
      return history;
  }
  return undefined;
}

/** Whether the restart policy lets it be at that. */
const isFinalFailure = (
  { Spec }: Observation["service"],
  latest: TaskDetails,
  history: readonly TaskDetails[],
): boolean => {
  const { Condition = "any", MaxAttempts = 0 } = Spec.TaskTemplate.RestartPolicy ?? {};
  if (Condition === "none" || (Condition === "on-failure" && hasCompleted(latest))) return true;
  return MaxAttempts > 0 && history.length > MaxAttempts;
};

const detailOf = ({ instances }: ServiceStatus): string =>
  [
    ...new Set(
      instances.map(({ engineState, error, node }) =>
        error ? `${engineState}${node ? ` on ${node}` : ""}: ${error}` : engineState,
      ),
    ),
  ].join(", ");

async function taskFailure(
  engine: DockerEngine,
  observed: Observation,
  history: TaskDetails[],
  unproven: ReadonlySet<string>,
): Promise<DeploymentError> {
  const telling = history.find((task) => hasFailed(task) || hasCompleted(task));
  const { Name } = observed.service.Spec;
  const ended = history.filter((task) => hasFailed(task) || hasCompleted(task)).length;
  const times = ended > 1 ? ` (${ended} tasks ended)` : "";
  return serviceFailure(engine, observed, telling, {
    code: "TASK_FAILED",
    before(health) {
      if (health) return `${Name} is unhealthy${times}`;
      if (ended < 2) return `${Name} failed`;
      return telling?.Status.State === "rejected"
        ? `${Name} can't start (${ended} tasks failed)`
        : `${Name} is in a crash loop${times}`;
    },
    unproven: telling !== undefined && unproven.has(telling.ID),
  });
}

/** By the scheduler's words (swarmkit, manager/scheduler/filter.go). */
function timeoutHint(detail: string): string {
  if (/host-mode port already in use/i.test(detail))
    return "Publish another host port, or free it on a node that may run the service.";
  if (/no suitable node/i.test(detail)) return "No node matches its constraints, or has room for its reservations.";
  if (/no such image/i.test(detail)) {
    return "See whether the registry answers, or load the image on every node that may run the service (docker load).";
  }
  return "Raise the time limit, or see its log for what it waits for.";
}

async function timeoutError(
  engine: DockerEngine,
  observed: Observation,
  status: ServiceStatus,
  timeoutMs: number,
): Promise<DeploymentError> {
  const late = status.instances.find(({ state }) => state !== "running" && state !== "completed");
  const { running, desired } = status.replicas;
  const detail = detailOf(status) || "no task was made";
  const task = observed.tasks.find(({ ID }) => ID === late?.id);
  const check = task && (await taskHealth(engine, observed.service, task)).output;
  return new DeploymentError(
    "TIMEOUT",
    `${status.name} was not ready within ${timeoutMs / 1000} s: ${running} of ${desired} tasks run; ${detail}${check === undefined ? "" : `; health check: ${check}`}.`,
    {
      service: status.name,
      hint: timeoutHint(detail),
      instance: late && (await failedInstance(engine, observed, late, { health: check !== undefined, output: check })),
    },
  );
}
