import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceStatus,
  sleep,
  supports,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { canLook, observeOne } from "./observe.js";

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
