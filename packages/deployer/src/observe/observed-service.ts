import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  sleep,
  supports,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { RUN_LABEL } from "../model/labels.js";
import { tracksOwnership } from "../model/ownership.js";
import type { ActualState } from "../model/report.js";
import { canObserve, observeOne } from "./observe.js";

/** The observed state of one service, after a run tried to change it. */
export interface ObservedService {
  readonly now: ActualState;
  readonly status?: ServiceStatus;
}

/**
 * Determines whether a service is the run's version, an earlier one, or absent. The label with the run's id identifies the
 * run's version. The state is `unknown` if the strategy can't read labels.
 * @throws DeploymentError `ENGINE_UNREACHABLE`, `TIMEOUT`, ...
 */
export async function observeAfterChange(
  strategy: OpenFactoryServiceDeploymentStrategy,
  service: string,
  run: string,
  options: OperationOptions,
): Promise<ObservedService> {
  if (!tracksOwnership(strategy)) return { now: "unknown" };
  const status = await observeOne(strategy, service, options);
  if (status === undefined) return { now: "absent" };
  return { now: status.labels[RUN_LABEL] === run ? "desired" : "previous", status };
}

/** As {@link observeAfterChange}; the state is also `unknown` if the engine does not answer. */
export async function observeOrUnknown(...args: Parameters<typeof observeAfterChange>): Promise<ObservedService> {
  try {
    return await observeAfterChange(...args);
  } catch {
    return { now: "unknown" };
  }
}

/**
 * Why this version of a service must not run again unless the user asks for it: the service is a job, or its process has
 * completed, as a migration does. Undefined for a long-running service.
 */
export function oneShotReason({ settings, state }: ServiceStatus): string | undefined {
  const { mode } = settings ?? {};
  if (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode)) return "The app is a job";
  return state === "completed" ? "The process has completed" : undefined;
}

const POLL_INTERVAL_MS = 250;

/**
 * Waits until the current version of a service runs. Unlike a strategy's `wait`, this does not fail if the engine rolled
 * back to that version.
 * @returns undefined where the strategy can't wait.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function waitUntilRunning(
  strategy: OpenFactoryServiceDeploymentStrategy,
  service: string,
  options: WaitOptions,
): Promise<ServiceStatus | undefined> {
  if (!supports(strategy, "wait")) return undefined;
  const { signal, timeoutMs = 120_000 } = options;
  const end = Date.now() + timeoutMs;
  try {
    return await strategy.wait(service, options);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ROLLED_BACK") || !canObserve(strategy)) throw error;
  }
  for (;;) {
    const status = await observeOne(strategy, service, { signal });
    if (status === undefined)
      throw new DeploymentError("NOT_FOUND", `Service ${service} was removed while waiting for it.`, { service });
    if (status.state === "running" || status.state === "completed") return status;
    if (Date.now() >= end) throw notRunning(status, timeoutMs);
    await sleep(POLL_INTERVAL_MS, signal, { service });
  }
}

const notRunning = ({ name, state, replicas }: ServiceStatus, timeoutMs: number): DeploymentError =>
  new DeploymentError(
    "TIMEOUT",
    `The restored version of ${name} was not running after ${timeoutMs / 1000} s: ${state}, ${replicas.running} of ${replicas.desired} replicas running.`,
    { service: name, hint: "Run `ofdeploy logs` to see its output." },
  );
