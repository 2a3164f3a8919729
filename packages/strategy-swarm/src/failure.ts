import { DeploymentError, type ErrorCode, type FailedInstance, type InstanceStatus } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { lastLines } from "./logs.js";
import { lacksImage, missingImageHint } from "./missing-image.js";
import type { Observation } from "./observe.js";
import { instanceStatus } from "./status.js";

/** How a failure is told: what goes before the reason, and after it. */
export interface FailureWords {
  code: ErrorCode;
  before: string;
  after?: string;
  /** What to do, where a task says nothing of it; else it goes before what the task says. */
  hint?: string;
}

/** The error of a service one of whose tasks has failed: with node, exit code, the engine's words and the last log lines. */
export async function failure(
  engine: DockerEngine,
  observed: Observation,
  task: TaskDetails | undefined,
  { code, before, after = "", hint = "" }: FailureWords,
): Promise<DeploymentError> {
  const instance = task && instanceStatus(observed.service, [task], observed.nodes);
  const told = code === "TASK_FAILED" && lacksImage(instance) ? "IMAGE_NOT_FOUND" : code;
  return new DeploymentError(told, `${before}: ${reasonOf(instance)}${after}.`, {
    service: observed.service.Spec.Name,
    hint: `${hint} ${hintFor(observed.service, instance)}`.trim(),
    instance: instance && (await failedInstance(engine, observed, instance)),
  });
}

export const failedInstance = async (
  engine: DockerEngine,
  observed: Observation,
  { id, node, exitCode, error }: InstanceStatus,
): Promise<FailedInstance> => ({ id, node, exitCode, error, lastLogLines: await lastLines(engine, observed, id) });

const reasonOf = (instance: InstanceStatus | undefined): string => {
  const where = instance?.node ? ` on ${instance.node}` : "";
  if (instance?.engineState === "rejected") return `rejected${where}: ${instance.error ?? "no reason given"}`;
  if (instance?.exitCode !== undefined) return `it ended${where} with exit code ${instance.exitCode}`;
  return `${instance?.error ?? instance?.engineState ?? "no reason given"}${where}`;
};

const hintFor = (service: ServiceDetails, instance: InstanceStatus | undefined): string => {
  if (lacksImage(instance)) return missingImageHint(service, instance);
  if (instance?.engineState === "rejected") return "Make the node fit for it, or keep it off that node by a constraint.";
  if (instance?.exitCode === 0) return "If it is meant to end, make it a job, or set its restart condition to on-failure.";
  return "See its last log lines.";
};
