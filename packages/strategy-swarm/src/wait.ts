import {
  DeploymentError,
  type InstanceStatus,
  type ServiceStatus,
  sleep,
  throwIfAborted,
  type WaitOptions,
} from "@openfactory/deploy-core";
import type { DockerEngine, TaskDetails } from "@openfactory/docker-engine";
import { lastLines } from "./logs.js";
import { lacksImage, missingImageHint } from "./missing-image.js";
import { observe, type Observation } from "./observe.js";
import { healthOf, instanceStatus, isStartedAgain, serviceStatus } from "./status.js";
import { hasCompleted, hasFailed, histories, isJob, isRunning } from "./tasks.js";

/** Swarm tells no events of tasks: managers must be asked. */
const LOOK_EVERY_MS = 100;

/** Ended this often at one place, a task is in a crash loop. Once may be a node that lacks the image, and the next has it. */
const CRASH_LOOP = 2;

/**
 * Waits until all tasks of a service run (Swarm calls a task with a health check running when it is healthy), or, of a
 * job or one-shot, have completed.
 * @throws DeploymentError `TASK_FAILED`, `IMAGE_NOT_FOUND` (a node that lacks the image and can't pull it), `ROLLED_BACK`,
 * `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitForService(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer, timeoutMs = 120_000, settleMs = 1_000 }: WaitOptions,
): Promise<ServiceStatus> {
  const end = Date.now() + timeoutMs;
  let observed = await observe(engine, serviceName, { signal });
  let since = 0;
  const unproven = new Set<string>();
  const past = endedLongAgo(observed);
  for (;;) {
    throwIfAborted(signal, { service: serviceName });
    noteHealth(observed, unproven);
    const status = serviceStatus(observed.service, observed.tasks, observed.nodes);
    throwIfRolledBack(observed);
    const failed = findFailed(observed, { unproven, past });
    if (failed !== undefined) throw await taskFailed(engine, observed, failed, unproven);
    // A service of no replicas is what it was asked to be.
    if (status.state === "completed" || (status.state === "stopped" && status.replicas.running === 0)) return status;

    if (status.state === "running" && !isUpdating(observed)) {
      since ||= Date.now();
      if (Date.now() - since >= settleMs) return status;
    } else {
      since = 0;
    }
    observer?.({ type: "waiting", service: serviceName, ...status.replicas, detail: detailOf(status) });
    if (Date.now() >= end) throw await timedOut(engine, observed, status, timeoutMs);
    await sleep(Math.min(LOOK_EVERY_MS, Math.max(0, end - Date.now())), signal, { service: serviceName });
    observed = await lookAgain(engine, observed, signal);
  }
}

/** Nodes come and go seldom: their names are asked for anew only for a task on one that is not known. */
async function lookAgain(engine: DockerEngine, observed: Observation, signal?: AbortSignal): Promise<Observation> {
  const name = observed.service.Spec.Name;
  const [service, tasks] = await Promise.all([
    engine.services.inspect(observed.service.ID, { signal }),
    engine.tasks.list({ service: [observed.service.ID] }, { signal }),
  ]);
  const known = tasks.every(({ NodeID }) => NodeID === undefined || observed.nodes.has(NodeID));
  if (!known) return observe(engine, name, { signal });
  // An inspect does not count tasks; the count of a global service's nodes stays as it was listed.
  return { service: { ...service, ServiceStatus: observed.service.ServiceStatus }, tasks, nodes: observed.nodes };
}

const isUpdating = ({ service }: Observation): boolean =>
  service.UpdateStatus?.State === "updating" || service.UpdateStatus?.State === "rollback_started";

function throwIfRolledBack({ service }: Observation): void {
  const { State, Message } = service.UpdateStatus ?? {};
  if (State === "rollback_completed") {
    throw new DeploymentError("ROLLED_BACK", `${service.Spec.Name} was rolled back: ${Message ?? "its update failed"}.`, {
      service: service.Spec.Name,
      hint: "The previous version runs. See the log of the tasks that failed.",
    });
  }
  if (State === "paused" || State === "rollback_paused") {
    throw new DeploymentError("TASK_FAILED", `The update of ${service.Spec.Name} has stopped: ${Message ?? State}.`, {
      service: service.Spec.Name,
      hint: "See the log of the tasks that failed, then deploy again.",
    });
  }
}

/**
 * A task whose health check fails is told to stop, and if its process then ends with exit code 0 the engine calls the
 * task complete. It is told from one that did its work by never having been healthy: by ids of tasks seen starting.
 */
function noteHealth({ service, tasks }: Observation, unproven: Set<string>): void {
  for (const task of tasks) {
    const health = healthOf(service, task);
    if (health === "starting") unproven.add(task.ID);
    if (health === "healthy") unproven.delete(task.ID);
  }
}

/** Ids of the tasks whose place has a running one when the wait begins: what they came to is history. */
const endedLongAgo = ({ service, tasks }: Observation): ReadonlySet<string> =>
  new Set(
    histories(service, tasks)
      .filter(([latest]) => latest !== undefined && isRunning(latest))
      .flatMap(([, ...earlier]) => earlier.map(({ ID }) => ID)),
  );

/** A task's history whose failure is final: it is not started again, or has been in vain. */
function findFailed(
  { service, tasks }: Observation,
  { unproven, past }: { unproven: ReadonlySet<string>; past: ReadonlySet<string> },
): TaskDetails[] | undefined {
  const again = isStartedAgain(service);
  return histories(service, tasks).find((history) => {
    const inVain = (task: TaskDetails): boolean => hasFailed(task) || (hasCompleted(task) && unproven.has(task.ID));
    const recent = history.filter(({ ID }) => !past.has(ID));
    const ended = recent.filter((task) => inVain(task) || (again && !isJob(service) && hasCompleted(task)));
    const latest = history[0];
    return ended.length >= CRASH_LOOP || (latest !== undefined && inVain(latest) && isFinal(service, latest, history));
  });
}

/** Whether the restart policy lets it be at that. */
const isFinal = (
  { Spec }: Observation["service"],
  latest: TaskDetails,
  history: readonly TaskDetails[],
): boolean => {
  const { Condition = "any", MaxAttempts = 0 } = Spec.TaskTemplate.RestartPolicy ?? {};
  if (Condition === "none" || (Condition === "on-failure" && hasCompleted(latest))) return true;
  return MaxAttempts > 0 && history.length > MaxAttempts;
};

const detailOf = ({ instances }: ServiceStatus): string =>
  [...new Set(instances.map(({ engineState, error, node }) => (error ? `${engineState} on ${node}: ${error}` : engineState)))].join(", ");

async function taskFailed(
  engine: DockerEngine,
  observed: Observation,
  history: TaskDetails[],
  unproven: ReadonlySet<string>,
): Promise<DeploymentError> {
  const { service, nodes } = observed;
  const name = service.Spec.Name;
  const [telling = history[0]] = history.filter((task) => hasFailed(task) || hasCompleted(task));
  const instance = telling && instanceStatus(service, [telling], nodes);
  const times = history.length > 1 ? ` again and again (${history.length} tasks)` : "";
  const unhealthy = telling !== undefined && unproven.has(telling.ID) ? "; its health check had not passed" : "";
  const code = lacksImage(instance) ? "IMAGE_NOT_FOUND" : "TASK_FAILED";
  return new DeploymentError(code, `${name} fails${times}: ${reason(instance)}${unhealthy}.`, {
    service: name,
    hint: lacksImage(instance) ? missingImageHint(service, instance) : hintFor(instance),
    instance: instance && {
      id: instance.id,
      node: instance.node,
      exitCode: instance.exitCode,
      error: instance.error,
      lastLogLines: await lastLines(engine, observed, instance.id),
    },
  });
}

const reason = (instance: InstanceStatus | undefined): string => {
  const where = instance?.node ? ` on ${instance.node}` : "";
  if (instance?.engineState === "rejected") return `rejected${where}: ${instance.error ?? "no reason given"}`;
  if (instance?.exitCode !== undefined) return `it ended${where} with exit code ${instance.exitCode}`;
  return `${instance?.error ?? instance?.engineState ?? "no reason given"}${where}`;
};

const hintFor = (instance: InstanceStatus | undefined): string => {
  if (instance?.engineState === "rejected") return "Make the node fit for it, or keep it off that node by a constraint.";
  if (instance?.exitCode === 0) return "If it is meant to end, make it a job, or set its restart condition to on-failure.";
  return "See its last log lines.";
};

async function timedOut(
  engine: DockerEngine,
  observed: Observation,
  status: ServiceStatus,
  timeoutMs: number,
): Promise<DeploymentError> {
  const late = status.instances.find(({ state }) => state !== "running" && state !== "completed");
  const { running, desired } = status.replicas;
  const detail = detailOf(status) || "no task was made";
  return new DeploymentError(
    "TIMEOUT",
    `${status.name} was not ready within ${timeoutMs / 1000} s: ${running} of ${desired} tasks run; ${detail}.`,
    {
      service: status.name,
      hint: /no suitable node/i.test(detail)
        ? "No node fulfils its constraints, or has room for its reservations."
        : "Raise the time limit, or see its log for what it waits for.",
      instance: late && {
        id: late.id,
        node: late.node,
        exitCode: late.exitCode,
        error: late.error,
        lastLogLines: await lastLines(engine, observed, late.id),
      },
    },
  );
}
