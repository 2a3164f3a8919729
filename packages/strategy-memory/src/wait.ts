import {
  DeploymentError,
  type FailedInstance,
  redactError,
  Redactor,
  type RequestField,
  secretsOfRequest,
  type ServiceStatus,
  sleep,
  type WaitOptions,
} from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";
import { linesOf, type MemoryInstance } from "./service.js";
import { serviceStatus } from "./status.js";

const DEFAULT_TIMEOUT_MS = 120_000;
const STEP_MS = 5;
const LAST_LINES = 10;

/** Waits for one service. Default of `settleMs`: 0, since a simulated process that ends does so as it starts. */
export async function waitFor(
  engine: MemoryEngine,
  name: string,
  supportedFields: readonly RequestField[],
  options: WaitOptions,
): Promise<ServiceStatus> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, settleMs = 0, signal, observer } = options;
  const end = Date.now() + timeoutMs;
  for (;;) {
    const service = engine.service(name);
    const status = serviceStatus(service, supportedFields);
    // The last lines of a process may contain its variables.
    const secrets = new Redactor(() => secretsOfRequest(service.request));
    if (service.rolledBackFor !== undefined) throw redactError(rolledBack(name, service.rolledBackFor), secrets);
    if (status.state === "failed") throw redactError(failed(engine, status), secrets);
    if (status.state !== "pending" && hasSettled(status, settleMs)) return status;
    if (Date.now() >= end) {
      throw new DeploymentError("TIMEOUT", `Service ${name} was not ready within ${timeoutMs / 1000} s.`, {
        hint: "Check the health check, or raise the time limit.",
      });
    }
    observer?.({ type: "waiting", service: name, ...status.replicas });
    await sleep(STEP_MS, signal);
  }
}

/** Whether each running process is healthy, or has run for `settleMs` without a health check. */
const hasSettled = ({ instances }: ServiceStatus, settleMs: number): boolean =>
  instances
    .filter(({ state, health }) => state === "running" && health === undefined)
    .every(({ startedAt = 0 }) => Date.now() - new Date(startedAt).getTime() >= settleMs);

const lastLines = (instance: MemoryInstance): string[] =>
  linesOf(instance)
    .slice(-LAST_LINES)
    .map(({ line }) => line);

function rolledBack(name: string, failedInstance: MemoryInstance): DeploymentError {
  const { exitCode } = failedInstance.process;
  return new DeploymentError(
    "ROLLED_BACK",
    `Service ${name} was rolled back because its new version exited with code ${exitCode}.`,
    {
      instance: { id: failedInstance.id, exitCode, lastLogLines: lastLines(failedInstance) },
      hint: "The previous version is running. Check the log of the new version.",
    },
  );
}

function failed(engine: MemoryEngine, { name, instances }: ServiceStatus): DeploymentError {
  const failedInstance = instances.find(({ state }) => state === "failed");
  const source = engine.service(name).instances.find(({ id }) => id === failedInstance?.id);
  const instance: FailedInstance = {
    id: failedInstance?.id ?? "",
    ...(failedInstance?.exitCode !== undefined && { exitCode: failedInstance.exitCode }),
    lastLogLines: source ? lastLines(source) : [],
  };
  const reason =
    failedInstance?.exitCode === undefined ? "is unhealthy" : `exited with code ${failedInstance.exitCode}`;
  return new DeploymentError("TASK_FAILED", `The process of ${name} ${reason}.`, {
    instance,
    hint: "Check the log of the process.",
  });
}
