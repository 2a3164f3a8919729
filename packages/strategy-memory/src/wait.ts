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

/** Waits for one service. A simulated process that has started has settled: `settleMs` has no meaning here. */
export async function waitFor(
  engine: MemoryEngine,
  name: string,
  honours: readonly RequestField[],
  options: WaitOptions,
): Promise<ServiceStatus> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, observer } = options;
  const end = Date.now() + timeoutMs;
  for (;;) {
    const service = engine.service(name);
    const status = serviceStatus(service, honours);
    // The last lines that a process wrote may hold what it was given.
    const secrets = new Redactor(() => secretsOfRequest(service.request));
    if (service.rolledBackFor !== undefined) throw redactError(rolledBack(name, service.rolledBackFor), secrets);
    if (status.state === "failed") throw redactError(failed(engine, status), secrets);
    if (status.state !== "pending") return status;
    if (Date.now() >= end) {
      throw new DeploymentError("TIMEOUT", `Service ${name} is not ready after ${timeoutMs} ms.`, {
        hint: "Look at its health check, or give it more time.",
      });
    }
    observer?.({ type: "waiting", service: name, ...status.replicas });
    await sleep(STEP_MS, signal);
  }
}

const lastLines = (instance: MemoryInstance): string[] =>
  linesOf(instance)
    .slice(-LAST_LINES)
    .map(({ line }) => line);

function rolledBack(name: string, culprit: MemoryInstance): DeploymentError {
  const { exitCode } = culprit.process;
  return new DeploymentError(
    "ROLLED_BACK",
    `${name} was rolled back: its new version ended with exit code ${exitCode}.`,
    {
      instance: { id: culprit.id, exitCode, lastLogLines: lastLines(culprit) },
      hint: "The previous version runs again. Look at the log of the new one.",
    },
  );
}

function failed(engine: MemoryEngine, { name, instances }: ServiceStatus): DeploymentError {
  const culprit = instances.find(({ state }) => state === "failed");
  const source = engine.service(name).instances.find(({ id }) => id === culprit?.id);
  const instance: FailedInstance = {
    id: culprit?.id ?? "",
    ...(culprit?.exitCode !== undefined && { exitCode: culprit.exitCode }),
    lastLogLines: source ? lastLines(source) : [],
  };
  const why = culprit?.exitCode === undefined ? "is unhealthy" : `ended with exit code ${culprit.exitCode}`;
  return new DeploymentError("TASK_FAILED", `The process of ${name} ${why}.`, { instance, hint: "Look at its log." });
}
