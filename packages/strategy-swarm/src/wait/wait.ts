import {
  DeploymentError,
  type InstanceStatus,
  type ServiceStatus,
  throwIfAborted,
  type WaitOptions,
} from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { serviceNotFound, servicePoller } from "../observe/services.js";
import { hasHealthCheck, healthOf, restartsOnSuccess, serviceStatus } from "../observe/status.js";
import {
  hasCompleted,
  hasFailed,
  isGlobal,
  isJob,
  isRunning,
  type Observation,
  ofCurrentVersion,
  taskHistories,
} from "../observe/tasks.js";
import { isUpdating } from "../observe/update-state.js";
import { containerOf, failedInstance, serviceFailure, taskHealth } from "./failure.js";
import { HealthOutputs } from "./health-outputs.js";
import { Rejections } from "./rejections.js";
import { endedUpdate, swarmWillRollBack, updateFailure } from "./update-result.js";

/** This many failed tasks of one slot are a crash loop. */
const CRASH_LOOP = 2;

/** The longest attempt that a running task is compared with, in milliseconds. */
const MAX_ATTEMPT_MS = 10_000;

/** A longer start, in milliseconds, waits for the health check of the image. `docker service create` settles as long. */
const MAX_SLOW_START_MS = 5_000;

/** What a wait has learned so far about the current version of a service. */
interface WaitProgress {
  /** The result of {@link endedUpdate} at the start of the wait. */
  readonly ended: string | undefined;
  /** Ids of tasks that were seen starting and not yet healthy. */
  readonly neverHealthy: Set<string>;
  /** When the engine began to start each task, in milliseconds since 1970 by the clock of the task's node. */
  readonly startsBegan: Map<string, number>;
  /** Ids of tasks that ended before the wait and were replaced by a running one. */
  readonly historic: ReadonlySet<string>;
  readonly rejections: Rejections;
  readonly outputs: HealthOutputs;
  /** Since when the service is ready, in milliseconds since 1970; 0 if it is not. */
  readySince: number;
}

/**
 * Waits until all tasks of a service run (Swarm reports a task with a health check as running when it is healthy), or,
 * for a job or one-shot, have completed. Defaults: `timeoutMs` 120 s, `settleMs` 1 s.
 * @param updated ids of services that this strategy updated and no wait has completed for since.
 * @throws DeploymentError `TASK_FAILED`, `IMAGE_NOT_FOUND` (a node lacks the image and can't pull it), `ROLLED_BACK`,
 * `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitForService(
  engine: DockerEngine,
  serviceName: string,
  options: WaitOptions,
  updated: Set<string> = new Set(),
): Promise<ServiceStatus> {
  const { signal, timeoutMs = 120_000 } = options;
  const end = Date.now() + timeoutMs;
  const poller = servicePoller(engine);
  let observed = await poller.next({ name: serviceName }, { signal, service: serviceName });
  const { ID } = observed.service;
  const progress: WaitProgress = {
    ended: await endedUpdate(engine, observed.service, { own: updated.has(ID), signal }),
    neverHealthy: new Set(),
    startsBegan: new Map(),
    historic: historicTaskIds(ofCurrentVersion(observed)),
    rejections: new Rejections(),
    outputs: new HealthOutputs(engine),
    readySince: 0,
  };
  let { status, confirmAt, readyAt } = await assess(engine, observed, progress, options);
  for (;;) {
    if (Date.now() >= confirmAt) {
      const run = await containersRun(engine, observed);
      if (run === true) break;
      confirmAt = Infinity;
      // The swarm is about to report the end of the container.
      if (run === false) readyAt = Infinity;
    }
    if (Date.now() >= readyAt) break;
    if (Date.now() >= end)
      throw await timeoutError(engine, observed, { timeoutMs, status, settles: readyAt < Infinity });
    const withinMs = Math.min(end, readyAt, confirmAt) - Date.now();
    const wanted = { name: serviceName, last: observed };
    const now = await poller.next(wanted, { signal, service: serviceName, withinMs });
    // A service that is ready stays so until something changes.
    if (now === observed && progress.readySince > 0) continue;
    // A new service with this name is not the one to wait for.
    if (now.service.ID !== ID) throw serviceNotFound(engine, serviceName);
    observed = now;
    ({ status, confirmAt, readyAt } = await assess(engine, observed, progress, options));
  }
  updated.delete(ID);
  return status;
}

/** Times are in milliseconds since 1970. */
interface Assessment {
  status: ServiceStatus;
  /** From when on the service counts as ready if all its containers are seen running. Infinity if that is no sooner. */
  confirmAt: number;
  /** From when on it counts as ready if nothing changes. Infinity while it is not ready. */
  readyAt: number;
}

/**
 * Assesses an observed service, and reports what the wait waits for.
 * @throws DeploymentError if the service or its update has failed.
 */
async function assess(
  engine: DockerEngine,
  observed: Observation,
  progress: WaitProgress,
  { signal, observer, settleMs = 1_000 }: WaitOptions,
): Promise<Assessment> {
  throwIfAborted(signal, { service: observed.service.Spec.Name });
  const { neverHealthy, historic, rejections } = progress;
  const current = ofCurrentVersion(observed);
  trackHealth(current, neverHealthy);
  trackStarts(current, progress.startsBegan);
  rejections.record(current.tasks.filter(({ ID }) => !historic.has(ID)));
  const status = serviceStatus(current.service, current.tasks, current.nodes);
  const updateError = await updateFailure(engine, observed, status, progress.ended);
  if (updateError !== undefined) throw updateError;
  const failed = swarmWillRollBack(observed) ? undefined : await findFailed(engine, current, progress, signal);
  if (failed !== undefined) throw await taskFailure(engine, observed, failed, neverHealthy);
  progress.readySince = isReady(status) && !isUpdating(observed.service) ? progress.readySince || Date.now() : 0;
  const [confirmedMs, ms] = status.state === "running" ? msToSettle(current, progress, settleMs) : [0, 0];
  const readySince = progress.readySince || Infinity;
  const readyAt = readySince + ms;
  const confirmAt = confirmedMs < ms ? readySince + confirmedMs : Infinity;
  if (Date.now() < readyAt)
    observer?.({
      type: "waiting",
      service: status.name,
      ...status.replicas,
      detail: `${describeProgress(status)}${progress.outputs.describe(current)}`,
    });
  return { status, confirmAt, readyAt };
}

/** The ids of earlier tasks in slots that have a running task when the wait starts. */
const historicTaskIds = ({ service, tasks }: Observation): ReadonlySet<string> =>
  new Set(
    taskHistories(service, tasks)
      .filter(([newest]) => newest !== undefined && isRunning(newest))
      .flatMap(([, ...earlier]) => earlier.map(({ ID }) => ID)),
  );

/**
 * The swarm stops a task whose health check fails, and reports it as complete if its process then ends with exit code 0.
 * A task that did its work differs from it by having been healthy.
 */
function trackHealth({ service, tasks }: Observation, neverHealthy: Set<string>): void {
  for (const task of tasks) {
    const health = healthOf(service, task);
    if (health === "starting") neverHealthy.add(task.ID);
    if (health === "healthy") neverHealthy.delete(task.ID);
  }
}

function trackStarts({ tasks }: Observation, startsBegan: Map<string, number>): void {
  for (const { ID, Status } of tasks)
    if (Status.State === "starting") startsBegan.set(ID, Date.parse(Status.Timestamp));
}

/** Whether all desired tasks run or have completed, or the service has no replicas. */
const isReady = ({ state, replicas }: ServiceStatus): boolean =>
  state === "running" || state === "completed" || (state === "stopped" && replicas.running === 0);

/**
 * How long tasks must have run to count as running, in milliseconds: if their containers are seen running then, and without
 * that. A health check that passed replaces `settleMs`.
 */
function msToSettle(
  current: Observation,
  { historic, startsBegan }: WaitProgress,
  settleMs: number,
): [confirmed: number, unconfirmed: number] {
  const isChecked = hasHealthCheck(current.service);
  const confirmed = Math.max(longestFailedAttempt(current, historic), isChecked ? 0 : settleMs);
  return [confirmed, Math.max(confirmed, isChecked ? 0 : slowStart(current, startsBegan))];
}

/** Whether the containers of all running tasks run: false if one has ended, undefined if one is on another node. */
async function containersRun(engine: DockerEngine, observed: Observation): Promise<boolean | undefined> {
  for (const task of ofCurrentVersion(observed).tasks.filter(isRunning)) {
    const container = await containerOf(engine, task);
    if (!container?.State.Running) return container && false;
  }
  return true;
}

/**
 * One and a half times as long as the slowest start of a running task took, in milliseconds. An engine with a busy disk reports
 * the end of a process as late as it starts one: 1.0 to 1.5 s after it, with starts of 1.2 to 2.0 s.
 */
const slowStart = ({ tasks }: Observation, startsBegan: ReadonlyMap<string, number>): number => {
  const starts = tasks
    .filter(isRunning)
    .map(({ ID, Status }) => Date.parse(Status.Timestamp) - (startsBegan.get(ID) ?? Infinity))
    .filter((duration) => duration <= MAX_SLOW_START_MS);
  return Math.min(MAX_SLOW_START_MS, Math.max(0, ...starts) * 1.5);
};

/**
 * The duration of the longest attempt that failed since the wait started, in milliseconds. In a crash loop each attempt
 * runs for a while, so a task is ready only when it has run for longer.
 */
const longestFailedAttempt = ({ tasks }: Observation, historic: ReadonlySet<string>): number => {
  const failed = tasks.filter((task) => task.Status.State === "failed" && !historic.has(task.ID));
  const attempts = failed.map(({ CreatedAt, Status }) => Date.parse(Status.Timestamp) - Date.parse(CreatedAt));
  return Math.min(MAX_ATTEMPT_MS, Math.max(0, ...attempts));
};

/** The history of a slot whose failure is final: its task is not restarted, or restarting it has not helped. */
async function findFailed(
  engine: DockerEngine,
  { service, tasks }: Observation,
  { neverHealthy, historic, rejections }: WaitProgress,
  signal?: AbortSignal,
): Promise<TaskDetails[] | undefined> {
  const endsOnSuccess = restartsOnSuccess(service) && !isJob(service);
  const isFailed = (task: TaskDetails): boolean => hasFailed(task) || (hasCompleted(task) && neverHealthy.has(task.ID));
  for (const history of taskHistories(service, tasks)) {
    const recent = history.filter(({ ID }) => !historic.has(ID));
    const ended = recent.filter((task) => isFailed(task) || (endsOnSuccess && hasCompleted(task)));
    const newest = history[0];
    if (newest !== undefined && isFailed(newest) && isFinalFailure(service, newest, history)) return history;
    if (ended.length < CRASH_LOOP) continue;
    const crashed = ended.filter(({ Status }) => Status.State !== "rejected");
    // No other node accepts the task of a global service.
    if (
      crashed.length >= CRASH_LOOP ||
      isGlobal(service) ||
      (await rejections.allNodesRejected(engine, service, signal))
    )
      return history;
  }
  return undefined;
}

/** Whether the restart policy does not restart the newest task. */
const isFinalFailure = ({ Spec }: ServiceDetails, newest: TaskDetails, history: readonly TaskDetails[]): boolean => {
  const { Condition = "any", MaxAttempts } = Spec.TaskTemplate.RestartPolicy ?? {};
  if (Condition === "none" || (Condition === "on-failure" && hasCompleted(newest))) return true;
  return MaxAttempts ? history.length > MaxAttempts : false;
};

const describeProgress = ({ instances }: ServiceStatus): string =>
  describeInstances(instances, ({ error }) => error !== undefined);

/** @param showsNode whether the text names the node of an instance. */
const describeInstances = (
  instances: readonly InstanceStatus[],
  showsNode: (instance: InstanceStatus) => boolean,
): string => {
  const texts = instances.map((instance) => {
    const { engineState, error, node } = instance;
    return `${engineState}${node && showsNode(instance) ? ` on ${node}` : ""}${error ? `: ${error}` : ""}`;
  });
  return [...new Set(texts)].join(", ");
};

async function taskFailure(
  engine: DockerEngine,
  observed: Observation,
  history: TaskDetails[],
  neverHealthy: ReadonlySet<string>,
): Promise<DeploymentError> {
  const ended = history.filter((task) => hasFailed(task) || hasCompleted(task));
  const [last] = ended;
  const { Name } = observed.service.Spec;
  const count = ended.length > 1 ? ` (${ended.length} tasks ended)` : "";
  return serviceFailure(engine, observed, last, {
    code: "TASK_FAILED",
    summary(healthFailed) {
      if (healthFailed) return `Service ${Name} is unhealthy${count}`;
      if (ended.length < 2) return `Service ${Name} failed`;
      return last?.Status.State === "rejected"
        ? `Service ${Name} can't start (${ended.length} tasks failed)`
        : `Service ${Name} is in a crash loop${count}`;
    },
    neverHealthy: last !== undefined && neverHealthy.has(last.ID),
  });
}

interface Late {
  timeoutMs: number;
  status: ServiceStatus;
  /** Whether all tasks run, and must go on to do so to count as ready. */
  settles: boolean;
}

async function timeoutError(
  engine: DockerEngine,
  observed: Observation,
  { timeoutMs, status, settles }: Late,
): Promise<DeploymentError> {
  const pending = status.instances.find(({ state }) => state !== "running" && state !== "completed");
  const { running, desired } = status.replicas;
  const tasks = describeInstances(status.instances, ({ state }) => state !== "running");
  const detail = `${tasks || "the swarm has created no task"}${isUpdating(observed.service) ? "; the update has not ended" : ""}`;
  const task = observed.tasks.find(({ ID }) => ID === pending?.id);
  const output = task && (await taskHealth(engine, observed.service, task)).output;
  const check = output === undefined ? "" : `; health check: ${output}`;
  return new DeploymentError(
    "TIMEOUT",
    `Service ${status.name} was not ready within ${timeoutMs / 1000} s: ${running} of ${desired} tasks running${settles ? ", but not for long enough" : `; ${detail}`}${check}.`,
    {
      service: status.name,
      hint: timeoutHint(detail),
      instance:
        pending && (await failedInstance(engine, observed, pending, { healthFailed: output !== undefined, output })),
    },
  );
}

/** The scheduler reports its reasons in messages only (swarmkit, manager/scheduler/filter.go). */
function timeoutHint(detail: string): string {
  if (/host-mode port already in use/i.test(detail))
    return "Publish another host port, or free the port on a node that may run the service.";
  if (/no suitable node/i.test(detail))
    return "No node matches the constraints or has room for the reservations: change them, or check the nodes (`docker node ls`).";
  if (/no such image/i.test(detail)) {
    return "Check that the registry is reachable, or load the image on every node that may run the service (`docker load`).";
  }
  return "Raise --timeout, or check the log with `ofdeploy logs`.";
}
