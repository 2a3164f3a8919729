import {
  DeploymentError,
  type InstanceStatus,
  redactError,
  Redactor,
  secretsOfRequest,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import {
  type ContainerDetails,
  type DockerEngine,
  errorWithHealthOutput,
  failedHealthOutput,
} from "@openfactory/docker-engine";
import { imageLookup } from "../deploy/images.js";
import { lastLogLines } from "../observe/logs.js";
import { readSettings } from "../settings.js";

interface ObservedFailure {
  status: ServiceStatus;
  isCrashLooping: boolean;
  lastExitCode?: number;
}

/** The error of a container that ended, is in a crash loop, or is unhealthy. */
export async function taskFailed(
  engine: DockerEngine,
  service: string,
  container: ContainerDetails,
  { status, isCrashLooping, lastExitCode }: ObservedFailure,
): Promise<DeploymentError> {
  const instance = status.instances.find(({ id }) => id === container.Id);
  const exitCode =
    instance?.exitCode ?? lastExitCode ?? (container.RestartCount > 0 ? container.State.ExitCode : undefined);
  return new DeploymentError("TASK_FAILED", `Service ${service} ${reasonFor(isCrashLooping, instance, exitCode)}.`, {
    service,
    hint: hintFor(container, instance, exitCode),
    instance: {
      id: container.Id,
      exitCode,
      error: engineErrorOf(container, instance),
      lastLogLines: await lastLogLines(engine, container.Id, container),
    },
  });
}

interface Late {
  timeoutMs: number;
  status: ServiceStatus;
  containers: readonly ContainerDetails[];
  /** Whether all containers run, and must go on to do so to count as ready. */
  settles: boolean;
}

/** The error of a service that is not ready in time. */
export async function timedOut(
  engine: DockerEngine,
  service: string,
  { timeoutMs, status, containers, settles }: Late,
): Promise<DeploymentError> {
  const late = status.instances.find(({ state }) => state !== "running" && state !== "completed");
  const container = containers.find(({ Id }) => Id === late?.id);
  const { running, desired } = status.replicas;
  const progress = settles ? "running, but not for long enough" : `ready, ${describeProgress(status)}`;
  return new DeploymentError(
    "TIMEOUT",
    `Service ${service} was not ready within ${timeoutMs / 1000} s: ${running} of ${desired} ${progress}.`,
    {
      service,
      hint: "Raise --timeout, or check the log with `ofdeploy logs`.",
      instance: late && {
        id: late.id,
        error: container ? engineErrorOf(container, late) : late.error,
        lastLogLines: await lastLogLines(engine, late.id, container),
      },
    },
  );
}

/** The states of all containers: `healthy, starting`. */
const describeProgress = ({ instances }: ServiceStatus): string =>
  [...new Set(instances.map(({ engineState, health }) => health ?? engineState))].join(", ");

/**
 * As {@link describeProgress}, with the last output of each failed health check, without the values of the containers'
 * variables: `starting (health check: exit code 1: connection refused)`.
 */
export function describeWait(status: ServiceStatus, containers: readonly ContainerDetails[]): string {
  const outputs = containers.flatMap((container) => {
    const output = failedHealthOutput(container);
    if (output === undefined || container.State.Health?.Status === "healthy") return [];
    const { Image, Env } = container.Config;
    const secrets = secretsOfRequest({ name: status.name, image: Image, env: Env ?? [] });
    return [`health check: ${new Redactor(secrets).text(output)}`];
  });
  const detail = describeProgress(status);
  return outputs.length === 0 ? detail : `${detail} (${[...new Set(outputs)].join("; ")})`;
}

const engineErrorOf = (container: ContainerDetails, instance?: InstanceStatus): string | undefined =>
  errorWithHealthOutput(instance?.error, failedHealthOutput(container));

const reasonFor = (isCrashLooping: boolean, instance?: InstanceStatus, exitCode?: number): string => {
  if (instance?.health === "unhealthy") return "is unhealthy: its health check fails";
  const cause = instance?.error ? ` (${instance.error})` : "";
  if (isCrashLooping) return `is in a crash loop: its process exits with code ${exitCode}${cause}`;
  if (instance?.engineState === "created") return `could not be started${cause}`;
  return `exited with code ${exitCode}${cause}`;
};

const hintFor = (container: ContainerDetails, instance?: InstanceStatus, exitCode?: number): string => {
  if (instance?.health === "unhealthy") return "Check the last output of the health check, and the last log lines.";
  if (container.State.OOMKilled)
    return "Raise the memory limit of the service, or reduce the memory that its process uses.";
  if (exitCode === 0) return "If the process is meant to end, set its restart condition to none or on-failure.";
  return "Check the last log lines of the process.";
};

/**
 * Removes the values of a container's env from an error about it: the engine's messages repeat parts of the command, and a
 * process may log any of its variables.
 */
export async function redactContainerError(
  engine: DockerEngine,
  container: ContainerDetails | undefined,
  error: unknown,
): Promise<unknown> {
  // Without an instance, the error has no text of the container.
  if (container === undefined || !DeploymentError.isInstance(error) || error.instance === undefined) return error;
  // The image's own variables are no secrets. Without the image, they can't be distinguished.
  const settings = await readSettings(container.Name, [container], imageLookup(engine)).catch(() => undefined);
  const { Image, Env } = container.Config;
  const request = settings ?? { name: container.Name, image: Image, env: Env ?? [] };
  return redactError(error, new Redactor(() => secretsOfRequest(request)));
}
