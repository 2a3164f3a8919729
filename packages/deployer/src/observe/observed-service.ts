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
import { canTellOwners } from "../model/ownership.js";
import type { AppNow } from "../model/report.js";
import { canLook, observeOne } from "./observe.js";

/** What is there by a service's name once a run has tried to change it. */
export interface There {
  readonly now: AppNow;
  readonly status?: ServiceStatus;
}

/**
 * Looks whether a service is as the run made it, as it was before, or not there: what a run makes carries its id.
 * `unknown` where the strategy can't tell.
 * @throws DeploymentError `ENGINE_UNREACHABLE`, `TIMEOUT`, ...
 */
export async function look(
  strategy: OpenFactoryServiceDeploymentStrategy,
  service: string,
  run: string,
  options: OperationOptions,
): Promise<There> {
  if (!canTellOwners(strategy)) return { now: "unknown" };
  const status = await observeOne(strategy, service, options);
  if (status === undefined) return { now: "nothing" };
  return { now: status.labels[RUN_LABEL] === run ? "desired" : "before", status };
}

/** As {@link look}; where the engine does not answer, `unknown` too. */
export async function whatIsThere(...where: Parameters<typeof look>): Promise<There> {
  try {
    return await look(...where);
  } catch {
    return { now: "unknown" };
  }
}

/**
 * Why this version of a service is not to be started again unless that is asked for: it is a job, or its process has run to
 * its end, as a migration does. Undefined: it runs for long.
 */
export function whyNotAgain({ settings, state }: ServiceStatus): string | undefined {
  const { mode } = settings ?? {};
  if (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode)) return "It is a job";
  return state === "completed" ? "It has run to its end" : undefined;
}

const LOOK_EVERY_MS = 250;

/**
 * Waits until the version of a service that is there now runs. That the engine has gone back to it is no failure here, as
 * it is for who waits for a new one.
 * @returns undefined where the strategy can't wait.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `NOT_FOUND`, `ABORTED`.
 */
export async function untilRuns(
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
    if (!DeploymentError.isInstance(error, "ROLLED_BACK") || !canLook(strategy)) throw error;
  }
  for (;;) {
    const status = await observeOne(strategy, service, { signal });
    if (status === undefined)
      throw new DeploymentError("NOT_FOUND", `There is no service ${service} any more.`, { service });
    if (status.state === "running" || status.state === "completed") return status;
    if (Date.now() >= end) throw notRunning(status, timeoutMs);
    await sleep(LOOK_EVERY_MS, signal, { service });
  }
}

const notRunning = ({ name, state, replicas }: ServiceStatus, timeoutMs: number): DeploymentError =>
  new DeploymentError(
    "TIMEOUT",
    `The version of ${name} that was gone back to does not run after ${timeoutMs / 1000} s: it is ${state}, ${replicas.running} of ${replicas.desired} run.`,
    { service: name, hint: "See `ofdeploy logs`." },
  );
