import {
  DeploymentError,
  type OperationOptions,
  redactError,
  Redactor,
  secretsOfRequest,
  sleep,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { failedInstance } from "./failure.js";
import type { Host } from "./node/host.js";
import type { Service } from "./service.js";
import { hasEnded, stateOf } from "./status.js";

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_SETTLE_MS = 1000;
const STEP_MS = 250;

export interface WaitForOptions extends WaitOptions {
  /** The first end of the process is a failure, although systemd starts it again. Default false. */
  readonly failFast?: boolean;
}

/**
 * Waits until a service runs (healthy, or for a while), has completed or is stopped.
 * @param read reads the service, and rejects if it does not exist.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, and those of `read`.
 */
export async function waitFor(
  host: Host,
  read: (options: OperationOptions) => Promise<Service>,
  options: WaitForOptions,
): Promise<Service> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, settleMs = DEFAULT_SETTLE_MS, failFast = false, signal, observer } = options;
  const end = Date.now() + timeoutMs;
  let running: { id: string; since: number } | undefined;
  for (;;) {
    const service = await read({ signal });
    const { name, container } = service;
    const state = stateOf(service);
    if (state === "failed" || (failFast && hasRestarted(service))) throw await taskFailed(host, service);
    if (state === "completed" || state === "stopped") return service;
    if (state === "running") {
      if (container?.health === "healthy") return service;
      const id = `${container?.id}`;
      running = running?.id === id ? running : { id, since: Date.now() };
      if (Date.now() - running.since >= settleMs) return service;
    } else running = undefined;
    if (Date.now() >= end) {
      throw new DeploymentError("TIMEOUT", `Service ${name} was not ready within ${timeoutMs / 1000} s.`, {
        hint: "Check the logs and the health check of the service, or raise the time limit.",
      });
    }
    observer?.({ type: "waiting", service: name, running: state === "running" ? 1 : 0, desired: 1 });
    await sleep(Math.min(STEP_MS, Math.max(1, end - Date.now())), signal);
  }
}

/** Whether the process ended although systemd starts it again. */
const hasRestarted = (service: Service): boolean =>
  service.state.restarts > 0 || (service.state.sub.startsWith("auto-restart") && hasEnded(service));

/** The error of a service whose process failed. Its last lines may contain variables, which are masked. */
async function taskFailed(host: Host, service: Service): Promise<DeploymentError> {
  const { name, record } = service;
  const instance = await failedInstance(host, service);
  const reason =
    instance.exitCode === undefined ? "is unhealthy: its health check failed" : `exited with code ${instance.exitCode}`;
  const error = new DeploymentError("TASK_FAILED", `The process of ${name} ${reason}.`, {
    instance,
    hint: `Check the logs of the service: \`ofdeploy logs ${name}\`.`,
  });
  return redactError(error, new Redactor(() => secretsOfRequest(record.request))) as DeploymentError;
}
