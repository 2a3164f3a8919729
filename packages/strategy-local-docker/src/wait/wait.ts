import {
  DeploymentError,
  type InstanceStatus,
  type ServiceStatus,
  throwIfAborted,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { type ContainerDetails, type DockerEngine, failedHealthOutput } from "@openfactory/docker-engine";
import { containersOf } from "../containers/find.js";
import { lastLines } from "../observe/logs.js";
import { serviceStatus } from "../observe/status.js";
import { withoutSecretsOf } from "./redact-error.js";
import { wakeOnEvents } from "./watch-containers.js";

/** Started again this often since the wait began, a container is in a crash loop, however well it looks at the moment. */
const CRASH_LOOP = 2;

/** Waits for a service by its name. @throws DeploymentError as {@link waitUntilReady}. */
export const waitForService = (
  engine: DockerEngine,
  serviceName: string,
  options: WaitOptions,
): Promise<ServiceStatus> =>
  waitUntilReady(engine, serviceName, () => containersOf(engine, serviceName, { signal: options.signal }), options);

/**
 * Waits until every container of a service runs (and is healthy, or has run for `settleMs`) or has completed.
 * The engine's events tell when to look again.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitUntilReady(
  engine: DockerEngine,
  serviceName: string,
  look: () => Promise<ContainerDetails[]>,
  { signal, observer, timeoutMs = 120_000, settleMs = 1_000 }: WaitOptions,
): Promise<ServiceStatus> {
  const end = Date.now() + timeoutMs;
  const first = await look();
  // What runs when the wait begins may have been started again long ago, and has come to rest since.
  const restartsBefore = new Map(
    first.map((container) => [container.Id, container.State.Running ? container.RestartCount : 0]),
  );
  const loops = (container: ContainerDetails): boolean =>
    container.RestartCount - (restartsBefore.get(container.Id) ?? 0) >= CRASH_LOOP;
  const wake = wakeOnEvents(
    engine,
    first.map(({ Id }) => Id),
    signal,
  );
  try {
    for (let containers = first; ; containers = await look()) {
      throwIfAborted(signal, { service: serviceName });
      const status = serviceStatus(serviceName, containers);
      if (status.instances.length === 0) return status;
      const failed = containers.find((container, index) => loops(container) || hasFailed(status.instances[index]));
      if (failed !== undefined) {
        const seen = { status, loops: loops(failed), lastExitCode: wake.exitCode(failed.Id) };
        throw await taskFailed(engine, serviceName, failed, seen);
      }

      const rest = Math.max(...containers.map((container) => untilSettled(container, settleMs)));
      if (rest <= 0) return status;

      observer?.({ type: "waiting", service: serviceName, ...status.replicas, detail: detailOf(status) });
      if (Date.now() >= end) throw await timedOut(engine, serviceName, timeoutMs, status, containers);
      await wake.next(Math.min(rest, end - Date.now()));
    }
  } catch (error) {
    throw await withoutSecretsOf(engine, first[0], error);
  } finally {
    wake.stop();
  }
}

const hasFailed = (instance: InstanceStatus | undefined): boolean =>
  instance?.state === "failed" && instance.engineState !== "restarting";

/** Milliseconds until a container may count as ready; Infinity where only an event can tell. */
const untilSettled = (container: ContainerDetails, settleMs: number): number => {
  const { Status, Health, StartedAt } = container.State;
  if (Status === "exited") return 0;
  if (Status !== "running") return Infinity;
  if (Health !== undefined && Health.Status !== "none") return Health.Status === "healthy" ? 0 : Infinity;
  // By the engine's own clock a second may not be a second by ours: never longer than asked for, from now.
  return Math.min(settleMs, Date.parse(StartedAt) + settleMs - Date.now());
};

const detailOf = ({ instances }: ServiceStatus): string =>
  [...new Set(instances.map(({ engineState, health }) => health ?? engineState))].join(", ");

async function taskFailed(
  engine: DockerEngine,
  service: string,
  container: ContainerDetails,
  { status, loops, lastExitCode }: { status: ServiceStatus; loops: boolean; lastExitCode?: number },
): Promise<DeploymentError> {
  const instance = status.instances.find(({ id }) => id === container.Id);
  const exitCode =
    instance?.exitCode ?? lastExitCode ?? (container.RestartCount > 0 ? container.State.ExitCode : undefined);
  return new DeploymentError("TASK_FAILED", `${service} ${reason(loops, instance, exitCode)}.`, {
    service,
    hint: hintFor(container, instance, exitCode),
    instance: {
      id: container.Id,
      exitCode,
      error: faultOf(container, instance),
      lastLogLines: await lastLines(engine, container.Id),
    },
  });
}

/** What the engine says of a container that is not as it should be, and what its failing health check wrote last. */
function faultOf(container: ContainerDetails, instance?: InstanceStatus): string | undefined {
  const check = failedHealthOutput(container);
  const words = [instance?.error, check && `health check: ${check}`].filter((part) => part !== undefined);
  return words.length === 0 ? undefined : words.join("; ");
}

const reason = (loops: boolean, instance?: InstanceStatus, exitCode?: number): string => {
  if (instance?.health === "unhealthy") return "is unhealthy: its health check fails";
  const cause = instance?.error ? ` (${instance.error})` : "";
  if (loops) return `ends again and again, with exit code ${exitCode}${cause}`;
  if (instance?.engineState === "created") return `could not be started${cause}`;
  return `ended with exit code ${exitCode}${cause}`;
};

const hintFor = (container: ContainerDetails, instance?: InstanceStatus, exitCode?: number): string => {
  if (instance?.health === "unhealthy") return "See the health check's last output, and the last log lines.";
  if (container.State.OOMKilled) return "Raise its memory limit, or find out what takes so much.";
  if (exitCode === 0) return "If it is meant to end, set its restart condition to none or on-failure.";
  return "See its last log lines.";
};

async function timedOut(
  engine: DockerEngine,
  service: string,
  timeoutMs: number,
  status: ServiceStatus,
  containers: readonly ContainerDetails[],
): Promise<DeploymentError> {
  const late = status.instances.find(({ state }) => state !== "running" && state !== "completed");
  const container = containers.find(({ Id }) => Id === late?.id);
  const { running, desired } = status.replicas;
  return new DeploymentError(
    "TIMEOUT",
    `${service} was not ready within ${timeoutMs / 1000} s: ${running} of ${desired} ready, ${detailOf(status)}.`,
    {
      service,
      hint: "Raise the time limit, or see its log for what it waits for.",
      instance: late && {
        id: late.id,
        error: container ? faultOf(container, late) : late.error,
        lastLogLines: await lastLines(engine, late.id),
      },
    },
  );
}
