import { type InstanceStatus, type ServiceStatus, throwIfAborted, type WaitOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { findCurrentContainers } from "../containers/find.js";
import { toInspectedContainer } from "../containers/group.js";
import { inStateSince } from "../containers/in-state-since.js";
import { serviceStatus } from "../observe/status.js";
import { describeWait, redactContainerError, taskFailed, timedOut } from "./failure.js";
import { watchContainers } from "./watch-containers.js";

/** A container that was restarted this often since the wait began is in a crash loop, even while it runs. */
const CRASH_LOOP_RESTARTS = 2;

/** The default of `settleMs`: Compose, too, reports a process without a health check half a second after its start. */
const SETTLE_MS = 500;

/** How long a container must have been stopped, in milliseconds. */
const STOPPED_MS = 500;

/** Waits for a service by its name. @throws DeploymentError as {@link waitUntilReady}. */
export const waitForService = (
  engine: DockerEngine,
  serviceName: string,
  options: WaitOptions,
): Promise<ServiceStatus> =>
  waitUntilReady(
    engine,
    serviceName,
    () => findCurrentContainers(engine, serviceName, { signal: options.signal }),
    options,
  );

/**
 * Waits until every container of a service is ready: it is healthy, or has run for `settleMs` without a health check, or has
 * completed. Inspects the containers after each of their events.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitUntilReady(
  engine: DockerEngine,
  serviceName: string,
  inspect: () => Promise<ContainerDetails[]>,
  { signal, observer, timeoutMs = 120_000, settleMs = SETTLE_MS }: WaitOptions,
): Promise<ServiceStatus> {
  const end = Date.now() + timeoutMs;
  const since: Since = (container, time) => inStateSince(engine, container, time);
  const watch = await watchContainers(engine, signal);
  let first: ContainerDetails[] = [];
  try {
    first = await inspect();
    // A container that runs when the wait begins may have been restarted long ago, and be stable since.
    const restartsBefore = new Map(
      first.map((container) => [container.Id, container.State.Running ? container.RestartCount : 0]),
    );
    const isCrashLooping = (container: ContainerDetails): boolean =>
      container.RestartCount - (restartsBefore.get(container.Id) ?? 0) >= CRASH_LOOP_RESTARTS;
    for (let containers = first; ; containers = await inspect()) {
      throwIfAborted(signal, { service: serviceName });
      watch.setContainers(containers);
      const status = serviceStatus(serviceName, containers);
      if (status.instances.length === 0) return status;
      const failed = containers.find(
        (container, index) => isCrashLooping(container) || hasFailed(status.instances[index]),
      );
      if (failed !== undefined) {
        const observed = {
          status,
          isCrashLooping: isCrashLooping(failed),
          lastExitCode: watch.exitCode(failed.Id),
        };
        throw await taskFailed(engine, serviceName, failed, observed);
      }

      const rest = Math.max(...containers.map((container) => msUntilReady(container, settleMs, since)));
      if (rest <= 0) return status;

      observer?.({
        type: "waiting",
        service: serviceName,
        ...status.replicas,
        detail: describeWait(status, containers),
      });
      if (Date.now() >= end)
        throw await timedOut(engine, serviceName, { timeoutMs, status, containers, settles: rest < Infinity });
      await watch.nextEvent(Math.min(rest, end - Date.now()));
    }
  } catch (error) {
    throw await redactContainerError(engine, first[0], error);
  } finally {
    watch.stop();
  }
}

const hasFailed = (instance: InstanceStatus | undefined): boolean =>
  instance?.state === "failed" && instance.engineState !== "restarting";

/** See {@link inStateSince}. */
type Since = (container: ContainerDetails, time: string) => number;

/** Milliseconds until a container counts as ready; Infinity if that takes an event. */
const msUntilReady = (container: ContainerDetails, settleMs: number, since: Since): number => {
  const { Status, Health, StartedAt, FinishedAt } = container.State;
  // Podman shows a process that it is about to restart as exited, as if it had been stopped.
  if (toInspectedContainer(container).stopped) return since(container, FinishedAt) + STOPPED_MS - performance.now();
  if (Status === "exited") return 0;
  if (Status !== "running") return Infinity;
  if (Health !== undefined && Health.Status !== "none") return Health.Status === "healthy" ? 0 : Infinity;
  return since(container, StartedAt) + settleMs - performance.now();
};
