import { DeploymentError, type ServiceStatus, sleep, supports, throwIfAborted } from "@openfactory/deploy-core";
import { changeService } from "./apply-service.js";
import { located } from "./locate-error.js";
import { strategyObserver, tellPhase, type UpRun } from "./run.js";
import type { CheckedApp } from "../check/check-project.js";
import { asDeploymentError } from "../model/errors.js";
import type { PlannedApp } from "../model/plan.js";
import { type DesiredApp, MILESTONE_OF } from "../model/project.js";
import type { AppNow, AppOutcome, AppVerdict } from "../model/report.js";
import { withoutSettings } from "../observe/observe.js";
import { type There, untilRuns, whatIsThere } from "../observe/observed-service.js";

/** Takes one app from its plan to its verdict. Never rejects. */
export async function bringUp(checked: CheckedApp, planned: PlannedApp, run: UpRun): Promise<AppVerdict> {
  const { app } = checked;
  const began = performance.now();
  const verdict = (outcome: AppOutcome, now: AppNow, more: Partial<AppVerdict> = {}): AppVerdict => ({
    app: app.key,
    service: app.service,
    action: planned.action,
    outcome,
    now,
    warnings: run.warningsOf(app).all(),
    elapsedMs: Math.round(performance.now() - began),
    ...more,
  });
  try {
    // What is as it should be waits for nobody.
    const blocker = planned.action === "unchanged" ? undefined : await blockedBy(app, run);
    if (blocker !== undefined) {
      run.milestones.giveUp(app.service);
      return verdict("skipped", untouched(planned), { because: run.signal.aborted ? run.endedBy() : blocker });
    }
    throwIfAborted(run.signal, { service: app.service });
    const isChanged = planned.action !== "unchanged" && (await changeService(checked, planned, run));
    run.milestones.reach(app.service, "started");
    const status = await followUp(app, isChanged ? undefined : planned.status, run);
    return verdict(isChanged ? success(planned, status) : "unchanged", "desired", shown(status));
  } catch (error) {
    run.milestones.giveUp(app.service);
    const failure = located(asDeploymentError(error, app.service, run.strategy), app);
    const isEnded = run.signal.aborted && failure.code === "ABORTED";
    const there = await lookAfter(failure, planned, run);
    if (isEnded) return verdict(interrupted(planned, there), there.now, { because: run.endedBy() });
    run.noteFailure(app.key);
    return verdict(isRolledBack(failure, there, run.beforeOf(app.service)) ? "rolled-back" : "failed", there.now, {
      error: failure,
      ...shown(there.status),
    });
  }
}

/** Waits for the apps that it depends on. Resolves with the name of one that failed. */
async function blockedBy(app: DesiredApp, run: UpRun): Promise<string | undefined> {
  if (app.dependsOn.length === 0) return undefined;
  tellPhase(run, app, "blocked", app.dependsOn.map(({ service }) => run.appOf(service)).join(", "));
  const reached = await Promise.all(
    app.dependsOn.map(({ service, condition }) => run.milestones.until(service, MILESTONE_OF[condition])),
  );
  const failed = app.dependsOn[reached.indexOf(false)];
  return failed && run.appOf(failed.service);
}

function success({ action }: PlannedApp, status: ServiceStatus | undefined): AppOutcome {
  if (status === undefined) return "started";
  if (status.state === "completed") return "completed";
  if (status.state === "stopped") return "stopped";
  if (action === "adopt") return "adopted";
  return action === "create" ? "running" : "updated";
}

/** What an app is when the run ends under it. */
const interrupted = ({ action }: PlannedApp, { now }: There): AppOutcome => {
  if (action === "unchanged") return "unchanged";
  return now === "desired" ? "started" : "skipped";
};

/** Whether the new version did not prove itself, and the one that ran before does so still, or again. */
const isRolledBack = ({ code }: DeploymentError, { now }: There, before: ServiceStatus | undefined): boolean =>
  now === "before" &&
  (code === "ROLLED_BACK" || ((code === "TASK_FAILED" || code === "TIMEOUT") && (before?.replicas.running ?? 0) > 0));

const shown = (status: ServiceStatus | undefined): { status?: ServiceStatus } =>
  status === undefined ? {} : { status: withoutSettings(status) };

/** The run's own signal may have fired. */
const LOOK_TIMEOUT_MS = 30_000;

/** What is there of an app after its failure: looked at where it was begun to be changed, and told truthfully. */
async function lookAfter(failure: DeploymentError, planned: PlannedApp, run: UpRun): Promise<There> {
  const { service } = planned;
  const change = run.journal.of(service);
  if (change === undefined) return { now: untouched(planned) };
  const isMade = run.journal.isConfirmed(change);
  if (isMade && failure.code === "ABORTED") return { now: "desired" };
  const there = await whatIsThere(run.strategy, service, run.id, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
  return there.now === "unknown" ? { now: byTheContract(failure, change.kind, isMade) } : there;
}

/** What is there of an app that the run has not touched. */
function untouched({ action, status }: PlannedApp): AppNow {
  if (action === "unchanged") return "desired";
  return status === undefined ? "nothing" : "before";
}

/** Where nobody can look: a deploy or update that fails leaves things as they were. */
function byTheContract({ code }: DeploymentError, kind: string, isMade: boolean): AppNow {
  if (code === "ROLLED_BACK") return "before";
  if (isMade) return "desired";
  if (kind === "create") return code === "ALREADY_EXISTS" ? "before" : "nothing";
  return kind === "update" ? "before" : "unknown";
}

/** A process that runs for long is asked this often whether it has ended. */
const LOOK_EVERY_MS = 250;

/**
 * From started to as far as somebody wants it: ready where the run waits, or others do, and completed where others wait
 * for that.
 * @param listed how it was listed, where this run did not change it.
 * @returns how it was seen last; undefined: it was not looked at.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `ROLLED_BACK`, ...
 */
async function followUp(
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
