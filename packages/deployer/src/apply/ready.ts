import { DeploymentError, type ServiceStatus, sleep, supports } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";
import type { PlannedApp } from "../plan/plan.js";
import { strategyObserver, tellPhase, type UpRun } from "./up-run.js";

/** A process that runs for long is asked this often whether it has ended. */
const LOOK_EVERY_MS = 250;

/**
 * Resolves when the app's service runs and is healthy, or has completed; at once where the listing says so already.
 * @returns undefined where the strategy can't tell.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, ...
 */
export async function untilReady(app: DesiredApp, step: PlannedApp, run: UpRun): Promise<ServiceStatus | undefined> {
  const { strategy, signal, timeoutMs } = run;
  const listed = step.action === "unchanged" ? step.status : undefined;
  if (listed?.state === "running" || listed?.state === "completed") return listed;
  if (listed?.state === "stopped") throw notRunning(app, listed);
  if (!supports(strategy, "wait")) {
    if (listed?.state === "failed") throw notRunning(app, listed);
    return listed;
  }
  return run.waiting(() => {
    tellPhase(run, app, "waiting");
    return strategy.wait(app.service, { signal, timeoutMs, observer: strategyObserver(run, app) });
  });
}

/**
 * Resolves when the service has ended with exit code 0.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, ...
 */
export async function untilCompleted(
  app: DesiredApp,
  ready: ServiceStatus | undefined,
  run: UpRun,
): Promise<ServiceStatus | undefined> {
  const { strategy, signal, timeoutMs } = run;
  if (ready === undefined || ready.state === "completed" || !supports(strategy, "wait")) return ready;
  tellPhase(run, app, "completing");
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    await sleep(LOOK_EVERY_MS, signal, { service: app.service });
    const status = await strategy.wait(app.service, { signal, timeoutMs: Math.max(1, end - Date.now()), settleMs: 0 });
    if (status.state === "completed") return status;
  }
  throw new DeploymentError("TIMEOUT", `${app.service} had not completed within ${timeoutMs / 1000} s.`, {
    service: app.service,
    hint: "Raise the time limit; if it is not meant to end, wait for it with service_started or service_healthy.",
  });
}

const notRunning = ({ service }: DesiredApp, { state, instances }: ServiceStatus): DeploymentError => {
  const [instance] = instances.filter((each) => each.state === state);
  return new DeploymentError("TASK_FAILED", `${service} is there, unchanged, and it has ${state}.`, {
    service,
    hint: "See `ofdeploy logs`; `ofdeploy down` and `ofdeploy up` make it anew.",
    instance: instance && { id: instance.id, node: instance.node, exitCode: instance.exitCode, error: instance.error },
  });
};
