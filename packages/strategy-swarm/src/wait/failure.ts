import { DeploymentError, type ErrorCode, type FailedInstance, type InstanceStatus } from "@openfactory/deploy-core";
import {
  type ContainerDetails,
  type DockerEngine,
  errorWithHealthOutput,
  failedHealthOutput,
  failedHealthRuns,
  neverPassedHealth,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { lastLogLines, unreadableDriver } from "../observe/logs.js";
import { instanceStatus, redactorFor } from "../observe/status.js";
import { hasCompleted, type Observation } from "../observe/tasks.js";
import { explainMissingImage, isImageMissing } from "./rejections.js";

export interface FailureContext {
  code: ErrorCode;
  /** The start of the message, before the reason. A function gets {@link TaskHealth.failed} of the task. */
  summary: string | ((healthFailed: TaskHealth["failed"]) => string);
  /** The task ended before its health check had passed. Default false. */
  neverHealthy?: boolean;
  /** A hint that goes before the hint for the task. */
  hint?: string;
}

/**
 * The error of a service with a failed task: with node, exit code, the engine's message, the last output of the health
 * check and the last log lines.
 */
export async function serviceFailure(
  engine: DockerEngine,
  observed: Observation,
  task: TaskDetails | undefined,
  { code, summary, neverHealthy = false, hint = "" }: FailureContext,
): Promise<DeploymentError> {
  const { service, nodes } = observed;
  const instance = task && instanceStatus(service, [task], nodes);
  const { failed, neverPassed, output }: TaskHealth =
    task === undefined ? { failed: false } : await taskHealth(engine, service, task);
  // A task that completed after its health check had passed has done its work, even if a later check failed.
  const healthFailed = neverHealthy || neverPassed || instance?.state === "failed" ? failed : false;
  const image = isImageMissing(instance) ? await explainMissingImage(engine, service, instance) : undefined;
  const start = typeof summary === "string" ? summary : summary(healthFailed);
  const reason = reasonOf(instance, { healthFailed, output, neverHealthy });
  return new DeploymentError(
    code === "TASK_FAILED" && image !== undefined ? image.code : code,
    `${start}: ${reason}${image?.reason ?? ""}.`,
    {
      service: service.Spec.Name,
      hint: `${hint} ${image?.hint ?? hintFor(service, instance, healthFailed)}`.trim(),
      instance: instance && (await failedInstance(engine, observed, instance, { healthFailed, output })),
    },
  );
}

interface Health {
  healthFailed: TaskHealth["failed"];
  output?: string | undefined;
}

export async function failedInstance(
  engine: DockerEngine,
  observed: Observation,
  { id, node, exitCode, error }: InstanceStatus,
  { healthFailed, output }: Health,
): Promise<FailedInstance> {
  const redactor = redactorFor(observed.service);
  const errors = errorWithHealthOutput(error, healthFailed ? output : undefined);
  const lines = await lastLogLines(engine, observed, id);
  return {
    id,
    node,
    exitCode,
    error: errors && redactor.text(errors),
    lastLogLines: lines.map((line) => redactor.text(line)),
  };
}

const reasonOf = (
  instance: InstanceStatus | undefined,
  { healthFailed, output, neverHealthy }: Health & { neverHealthy: boolean },
): string => {
  const where = instance?.node ? ` on ${instance.node}` : "";
  if (instance?.engineState === "rejected") return `rejected${where}: ${instance.error ?? "no reason given"}`;
  if (healthFailed) return `its health check failed${where}${output === undefined ? "" : `: ${output}`}`;
  const unclear = healthFailed === undefined && neverHealthy ? ", before its health check had passed" : "";
  if (instance?.exitCode !== undefined)
    return `the process exited${where} with exit code ${instance.exitCode}${unclear}`;
  return `${instance?.error ?? instance?.engineState ?? "no reason given"}${where}${unclear}`;
};

const hintFor = (
  service: ServiceDetails,
  instance: InstanceStatus | undefined,
  healthFailed: TaskHealth["failed"],
): string => {
  if (instance?.engineState === "rejected") return "Fix the node, or exclude it with a constraint.";
  if (/port is already allocated|address already in use/i.test(instance?.error ?? "")) {
    return "Publish another host port, or stop the process that uses the port on that node.";
  }
  const driver = unreadableDriver(service.Spec);
  const log =
    driver === undefined ? "Check the last log lines." : `The log can't be read: the logging driver is ${driver}.`;
  if (healthFailed) return `Correct the health check, or give the process more time to start (start_period). ${log}`;
  if (instance?.exitCode === 0)
    return "If the process is meant to end, make the service a job, or set its restart condition to on-failure.";
  return log;
};

/** The result of a task's health check. */
export interface TaskHealth {
  /** Whether the swarm stopped the task because its health check failed. Undefined: unknown. */
  failed: boolean | undefined;
  /** Whether the check is known to have never passed. The swarm's data shows it only to a wait that sees the task start. */
  neverPassed?: boolean | undefined;
  /** The last output of the check, if the task runs on the node of this manager. */
  output?: string;
}

/**
 * The result of a task's health check. The swarm reports a failed check of a task that ended with an error. If the task
 * stopped with exit code 0, only its container has the result, which this manager can read on its own node only.
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
    neverPassed: container && neverPassedHealth(container),
    ...(output !== undefined && { output: redactorFor(service).text(output) }),
  };
}

/** Docker's default number of retries of a health check (Engine API, HealthConfig). */
const DEFAULT_RETRIES = 3;

function hasFailedHealth(
  { Status, ...task }: TaskDetails,
  container: ContainerDetails | undefined,
): boolean | undefined {
  if (/unhealthy container/i.test(Status.Err ?? "")) return true;
  if (!hasCompleted({ Status, ...task })) return false;
  // An engine reports every container that ended during its checks as unhealthy. The number of failures is reliable.
  const failures = container && failedHealthRuns(container);
  return failures === undefined ? undefined : failures >= (container?.Config.Healthcheck?.Retries || DEFAULT_RETRIES);
}

/** The container of a task; undefined if it is on another node or was removed. */
export async function containerOf(
  engine: DockerEngine,
  { Status }: TaskDetails,
): Promise<ContainerDetails | undefined> {
  const id = Status.ContainerStatus?.ContainerID;
  try {
    return id ? await engine.containers.inspect(id, { timeoutMs: 5_000 }) : undefined;
  } catch {
    // The error of the task must be reported, not the error of this call.
    return undefined;
  }
}
