import { DeploymentError, type ErrorCode, type FailedInstance, type InstanceStatus } from "@openfactory/deploy-core";
import {
  type ContainerDetails,
  type DockerEngine,
  failedHealthOutput,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { lastLines, unreadableDriver } from "../observe/logs.js";
import type { Observation } from "../observe/services.js";
import { instanceStatus, redactorFor } from "../observe/status.js";
import { hasCompleted } from "../observe/tasks.js";
import { explainMissingImage, isImageMissing } from "./rejections.js";

/** How a failure is told: what goes before the reason. */
export interface FailureContext {
  code: ErrorCode;
  /** Of a task whose health check may have failed: see `TaskHealth.failed`. */
  before: string | ((health: TaskHealth["failed"]) => string);
  /** The health check of the task had not passed when it ended. */
  unproven?: boolean;
  /** What to do, where a task says nothing of it; else it goes before what the task says. */
  hint?: string;
}

/**
 * The error of a service one of whose tasks has failed: with node, exit code, the engine's words, what its health check
 * wrote last and the last log lines.
 */
export async function serviceFailure(
  engine: DockerEngine,
  observed: Observation,
  task: TaskDetails | undefined,
  { code, before, unproven = false, hint = "" }: FailureContext,
): Promise<DeploymentError> {
  const { service, nodes } = observed;
  const instance = task && instanceStatus(service, [task], nodes);
  const { failed, output }: TaskHealth =
    task === undefined ? { failed: false } : await taskHealth(engine, service, task);
  // A task that completed after its health check had passed has done its work, whatever a later check found.
  const health = unproven || instance?.state === "failed" ? failed : false;
  const image = isImageMissing(instance) ? await explainMissingImage(engine, service, instance) : undefined;
  const told = code === "TASK_FAILED" && image !== undefined ? image.code : code;
  const words = typeof before === "string" ? before : before(health);
  return new DeploymentError(
    told,
    `${words}: ${reasonOf(instance, { health, output, unproven })}${image?.reason ?? ""}.`,
    {
      service: service.Spec.Name,
      hint: `${hint} ${image?.hint ?? hintFor(service, instance, health)}`.trim(),
      instance: instance && (await failedInstance(engine, observed, instance, { health, output })),
    },
  );
}

interface Health {
  health: TaskHealth["failed"];
  output?: string | undefined;
}

export async function failedInstance(
  engine: DockerEngine,
  observed: Observation,
  { id, node, exitCode, error }: InstanceStatus,
  { health, output }: Health,
): Promise<FailedInstance> {
  const secrets = redactorFor(observed.service);
  const words = [error, health && output && `health check: ${output}`].filter(Boolean).join("; ");
  const lines = await lastLines(engine, observed, id);
  return {
    id,
    node,
    exitCode,
    error: words === "" ? undefined : secrets.text(words),
    lastLogLines: lines.map((line) => secrets.text(line)),
  };
}

const reasonOf = (
  instance: InstanceStatus | undefined,
  { health, output, unproven }: Health & { unproven: boolean },
): string => {
  const where = instance?.node ? ` on ${instance.node}` : "";
  if (instance?.engineState === "rejected") return `rejected${where}: ${instance.error ?? "no reason given"}`;
  if (health) return `its health check failed${where}${output === undefined ? "" : `: ${output}`}`;
  const unclear = health === undefined && unproven ? ", before its health check had passed" : "";
  if (instance?.exitCode !== undefined) return `it ended${where} with exit code ${instance.exitCode}${unclear}`;
  return `${instance?.error ?? instance?.engineState ?? "no reason given"}${where}${unclear}`;
};

const hintFor = (
  service: ServiceDetails,
  instance: InstanceStatus | undefined,
  health: TaskHealth["failed"],
): string => {
  if (instance?.engineState === "rejected")
    return "Make the node fit for it, or keep it off that node by a constraint.";
  if (/port is already allocated|address already in use/i.test(instance?.error ?? "")) {
    return "Publish another host port, or stop what uses it on that node.";
  }
  const driver = unreadableDriver(service.Spec);
  const log =
    driver === undefined ? "See its last log lines." : `Its log can't be read: the logging driver is ${driver}.`;
  if (health) return `Correct the health check, or give the process more time (start_period). ${log}`;
  if (instance?.exitCode === 0)
    return "If it is meant to end, make it a job, or set its restart condition to on-failure.";
  return log;
};

/** Docker's own number of retries of a health check (Engine API, HealthConfig). */
const RETRIES = 3;

/** How the health check of a task that is not well went. */
export interface TaskHealth {
  /** Whether the swarm ended the task because its health check failed; undefined: that is not known. */
  failed: boolean | undefined;
  /** What its last run wrote, where the manager that is asked runs the task. */
  output?: string;
}

/**
 * How the health check of a task went. The swarm says so of a task that ended with an error; of one that ended with exit
 * code 0 after it was told to stop, only the container knows, which this manager has if the task is on its own node.
 */
export async function taskHealth(
  engine: DockerEngine,
  service: ServiceDetails,
  task: TaskDetails,
): Promise<TaskHealth> {
  const container = await containerOf(engine, task);
  const output = container && failedHealthOutput(container);
  return {
    failed: hasFailedHealth(task, container),
    ...(output !== undefined && { output: redactorFor(service).text(output) }),
  };
}

function hasFailedHealth(
  { Status, ...task }: TaskDetails,
  container: ContainerDetails | undefined,
): boolean | undefined {
  if (/unhealthy container/i.test(Status.Err ?? "")) return true;
  if (!hasCompleted({ Status, ...task })) return false;
  const { Health } = container?.State ?? {};
  // An engine calls each container that has ended unhealthy: only the number of failures in a row tells.
  return Health && Health.FailingStreak >= (container?.Config.Healthcheck?.Retries || RETRIES);
}

/** Nothing is known of a container on another node, or one that is removed. */
async function containerOf(engine: DockerEngine, { Status }: TaskDetails): Promise<ContainerDetails | undefined> {
  const id = Status.ContainerStatus?.ContainerID;
  try {
    return id ? await engine.containers.inspect(id, { timeoutMs: 5_000 }) : undefined;
  } catch {
    // The failure itself is what must be reported.
    return undefined;
  }
}
