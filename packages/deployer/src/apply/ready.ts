import { DeploymentError, type ServiceStatus, sleep, supports } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";
import { untilRuns } from "../observe/until-runs.js";
import { strategyObserver, tellPhase, type UpRun } from "./up-run.js";

/** A process that runs for long is asked this often whether it has ended. */
const LOOK_EVERY_MS = 250;

/**
 * From started to as far as somebody wants it: ready where the run waits, or others do, and completed where others wait
 * for that.
 * @param listed how it was listed, where this run did not change it.
 * @returns how it was seen last; undefined: it was not looked at.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `ROLLED_BACK`, ...
 */
export async function followUp(
  app: DesiredApp,
  listed: ServiceStatus | undefined,
  run: UpRun,
): Promise<ServiceStatus | undefined> {
  const { service } = app;
  const mustComplete = run.isAwaited(service, "completed");
  if (!run.wait && !mustComplete && !run.isAwaited(service, "ready")) return listed;
  const ready = await untilReady(app, listed, run);
  run.milestones.reach(service, "ready");
  const status = mustComplete ? await untilCompleted(app, ready, run) : ready;
  run.milestones.reach(service, "completed");
  return status;
}

/** Resolves when the service runs and is healthy, or has completed; at once where the listing says so already. */
async function untilReady(
  app: DesiredApp,
  listed: ServiceStatus | undefined,
  run: UpRun,
): Promise<ServiceStatus | undefined> {
  const { strategy, signal, timeoutMs, settleMs } = run;
  if (listed?.state === "running" || listed?.state === "completed") return listed;
  // Asked for no replicas, or for none that a node fits: it is as it should be.
  if (listed?.state === "stopped") return listed;
  if (!supports(strategy, "wait")) {
    if (listed?.state === "failed") throw hasFailed(listed);
    return listed;
  }
  return run.waiting(() => {
    tellPhase(run, app, "waiting");
    const options = {
      signal,
      timeoutMs,
      ...(settleMs !== undefined && { settleMs }),
      observer: strategyObserver(run, app),
    };
    // That what is unchanged was gone back to, some time ago, is no failure of this run.
    return listed === undefined ? strategy.wait(app.service, options) : untilRuns(strategy, app.service, options);
  });
}

/** Resolves when the service has ended with exit code 0. */
async function untilCompleted(
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

const hasFailed = ({ name, instances }: ServiceStatus): DeploymentError => {
  const [instance] = instances.filter(({ state }) => state === "failed");
  return new DeploymentError("TASK_FAILED", `${name} is there, unchanged, and it has failed.`, {
    service: name,
    hint: "See `ofdeploy logs`.",
    instance: instance && { id: instance.id, node: instance.node, exitCode: instance.exitCode, error: instance.error },
  });
};
