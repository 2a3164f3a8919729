import {
  DeploymentError,
  requireCapability,
  type ServiceStatus,
  sleep,
  supports,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { asDeploymentError } from "../model/errors.js";
import type { PlannedApp } from "../model/plan.js";
import type { DesiredApp } from "../model/project.js";
import type { ActualState, AppOutcome, AppVerdict } from "../model/report.js";
import { withoutSettings } from "../observe/observe.js";
import { type ObservedService, observeOrUnknown, waitUntilRunning } from "../observe/observed-service.js";
import { isReady } from "../observe/service-waits.js";
import { applyService } from "./apply-service.js";
import { locateError } from "./locate-error.js";
import { reportPhase, type Run, strategyObserver } from "./run.js";

/** Makes the verdict of an app. */
type Conclude = (outcome: AppOutcome, now: ActualState, more?: Partial<AppVerdict>) => AppVerdict;

const concludes =
  ({ key, service }: DesiredApp, { action }: PlannedApp, run: Run, began: number): Conclude =>
  (outcome, now, more = {}) => ({
    app: key,
    service,
    action,
    outcome,
    now,
    warnings: run.warnings.of({ key, service }),
    elapsedMs: Math.round(performance.now() - began),
    ...more,
  });

/** Applies the plan of one app, and waits for the app. Never rejects. */
export async function applyApp(checked: CheckedApp, planned: PlannedApp, run: Run): Promise<AppVerdict> {
  const { app } = checked;
  const verdict = concludes(app, planned, run, performance.now());
  try {
    // An unchanged app does not wait for its dependencies.
    const blocker = planned.action === "unchanged" ? undefined : await waitForDependencies(app, run);
    if (blocker !== undefined) {
      run.milestones.giveUp(app.service);
      return verdict("skipped", stateIfUnchanged(planned), {
        causedBy: run.signal.aborted ? run.failedApp() : blocker,
      });
    }
    throwIfAborted(run.signal, { service: app.service });
    const isChanged = planned.action !== "unchanged" && (await applyService(checked, planned, run));
    run.milestones.reach(app.service, "started");
    const status = await waitForApp(app, isChanged ? undefined : planned.status, run);
    return verdict(isChanged ? successOutcome(planned, status) : "unchanged", "desired", shownStatus(status));
  } catch (error) {
    run.milestones.giveUp(app.service);
    return failedVerdict(error, app, planned, run, verdict);
  }
}

/**
 * Waits again for an app that was ready and is not any more. Never rejects.
 * @param again.began when the run began to apply the app, in milliseconds of the monotonic clock.
 */
export async function waitAgain(
  { app }: CheckedApp,
  planned: PlannedApp,
  { earlier, began, settleMs }: { earlier: AppVerdict; began: number; settleMs: number },
  run: Run,
): Promise<AppVerdict> {
  const verdict = concludes(app, planned, run, began);
  try {
    const status = await waitForService(app, run, settleMs);
    return verdict(earlier.outcome, earlier.now, shownStatus(status));
  } catch (error) {
    return failedVerdict(error, app, planned, run, verdict);
  }
}

async function failedVerdict(
  error: unknown,
  app: DesiredApp,
  planned: PlannedApp,
  run: Run,
  verdict: Conclude,
): Promise<AppVerdict> {
  const failure = locateError(asDeploymentError(error, app.service, run.strategy), app);
  const isEnded = run.signal.aborted && failure.code === "ABORTED";
  const observed = await inspectAfterFailure(failure, planned, run);
  if (isEnded) return verdict(interruptedOutcome(planned, observed), observed.now, { causedBy: run.failedApp() });
  run.recordFailure(app.key);
  return verdict(isRolledBack(failure, observed, run.beforeOf(app.service)) ? "rolled-back" : "failed", observed.now, {
    error: failure,
    ...shownStatus(observed.status),
  });
}

/** Waits for the apps that an app depends on. Resolves with the name of one that failed, if any. */
async function waitForDependencies(app: DesiredApp, run: Run): Promise<string | undefined> {
  if (app.dependsOn.length === 0) return undefined;
  reportPhase(run, app, "blocked", app.dependsOn.map(({ service }) => run.appName(service)).join(", "));
  const failed = await run.milestones.unreached(app);
  return failed && run.appName(failed.service);
}

function successOutcome({ action }: PlannedApp, status: ServiceStatus | undefined): AppOutcome {
  if (status === undefined) return "started";
  if (status.state === "completed") return "completed";
  if (status.state === "stopped") return "stopped";
  if (action === "adopt") return "adopted";
  return action === "create" ? "running" : "updated";
}

/** The outcome of an app whose run was interrupted. */
const interruptedOutcome = ({ action }: PlannedApp, { now }: ObservedService): AppOutcome => {
  if (action === "unchanged") return "unchanged";
  return now === "desired" ? "started" : "skipped";
};

/** Whether the new version failed, and the previous one runs. */
const isRolledBack = (
  { code }: DeploymentError,
  { now }: ObservedService,
  before: ServiceStatus | undefined,
): boolean =>
  now === "previous" &&
  (code === "ROLLED_BACK" || ((code === "TASK_FAILED" || code === "TIMEOUT") && (before?.replicas.running ?? 0) > 0));

const shownStatus = (status: ServiceStatus | undefined): { status?: ServiceStatus } =>
  status === undefined ? {} : { status: withoutSettings(status) };

/** A limit of its own, because the run's signal may have fired. */
const INSPECT_TIMEOUT_MS = 30_000;

/** Determines the state of an app after its failure. Asks the engine only if the run began to change the app. */
async function inspectAfterFailure(failure: DeploymentError, planned: PlannedApp, run: Run): Promise<ObservedService> {
  const { service } = planned;
  const change = run.journal.find(service);
  if (change === undefined) return { now: stateIfUnchanged(planned) };
  const isApplied = run.journal.isConfirmed(change);
  if (isApplied && failure.code === "ABORTED") return { now: "desired" };
  const observed = await observeOrUnknown(run.strategy, service, run.id, {
    signal: AbortSignal.timeout(INSPECT_TIMEOUT_MS),
  });
  return observed.now === "unknown" ? { now: assumedState(failure, change.kind, isApplied) } : observed;
}

/** The state of an app that the run did not change. */
function stateIfUnchanged({ action, status }: PlannedApp): ActualState {
  if (action === "unchanged") return "desired";
  return status === undefined ? "absent" : "previous";
}

/**
 * The state where the engine can't be asked: by the contract, a failed deploy or update changes nothing, unless the engine did
 * not answer.
 */
function assumedState({ code }: DeploymentError, kind: string, isApplied: boolean): ActualState {
  if (code === "ENGINE_UNREACHABLE" || code === "TIMEOUT") return "unknown";
  if (code === "ROLLED_BACK") return "previous";
  if (isApplied) return "desired";
  if (kind === "create") return code === "ALREADY_EXISTS" ? "previous" : "absent";
  return kind === "update" ? "previous" : "unknown";
}

/** How often a process is checked for completion. */
const POLL_INTERVAL_MS = 250;

/**
 * Waits until an app is ready, if the run or another app waits for that, and until it has completed, if another app waits
 * for that.
 * @param listed the listed status of an app that this run did not change.
 * @returns the last observed status; undefined if it was not observed.
 * @throws DeploymentError `TASK_FAILED`, `TIMEOUT`, `ROLLED_BACK`, ...
 */
async function waitForApp(
  app: DesiredApp,
  listed: ServiceStatus | undefined,
  run: Run,
): Promise<ServiceStatus | undefined> {
  const { service } = app;
  const mustComplete = run.milestones.isAwaited(service, "completed");
  if (!run.wait && !mustComplete && !run.milestones.isAwaited(service, "ready")) return listed;
  const ready = await waitUntilReady(app, listed, run);
  run.milestones.reach(service, "ready");
  const status = mustComplete ? await waitUntilCompleted(app, ready, run) : ready;
  run.milestones.reach(service, "completed");
  return status;
}

/** Resolves when the service is healthy or has completed; without a call if the listing says so. */
async function waitUntilReady(
  app: DesiredApp,
  listed: ServiceStatus | undefined,
  run: Run,
): Promise<ServiceStatus | undefined> {
  if (listed !== undefined && isReady(listed)) {
    run.waits.addReady(app.service);
    return listed;
  }
  if (supports(run.strategy, "wait")) return waitForService(app, run);
  if (listed?.state === "failed") throw hasFailed(listed);
  return listed;
}

/** Waits until the service is healthy or has completed. */
function waitForService(app: DesiredApp, run: Run, settleMs = run.settleMs): Promise<ServiceStatus | undefined> {
  const { strategy, signal, journal } = run;
  reportPhase(run, app, "waiting");
  const options = { signal, ...(settleMs !== undefined && { settleMs }), observer: strategyObserver(run, app) };
  const wait = (timeoutMs: number): Promise<ServiceStatus | undefined> =>
    // An unchanged service may have been rolled back before this run, which is not a failure of this run.
    journal.find(app.service) === undefined
      ? waitUntilRunning(strategy, app.service, { ...options, timeoutMs })
      : requireCapability(strategy, "wait").wait(app.service, { ...options, timeoutMs });
  return run.waits.waitFor(app.service, wait);
}

/** Resolves when the process of the service has exited with code 0. */
async function waitUntilCompleted(
  app: DesiredApp,
  ready: ServiceStatus | undefined,
  run: Run,
): Promise<ServiceStatus | undefined> {
  const { strategy, signal, timeoutMs } = run;
  if (ready === undefined || ready.state === "completed" || !supports(strategy, "wait")) return ready;
  reportPhase(run, app, "completing");
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    await sleep(POLL_INTERVAL_MS, signal, { service: app.service });
    const status = await strategy.wait(app.service, { signal, timeoutMs: Math.max(1, end - Date.now()), settleMs: 0 });
    if (status.state === "completed") return status;
  }
  throw new DeploymentError("TIMEOUT", `Service ${app.service} did not complete within ${timeoutMs / 1000} s.`, {
    service: app.service,
    hint: "Raise --timeout. If its process does not exit, use the condition service_started or service_healthy.",
  });
}

const hasFailed = ({ name, instances }: ServiceStatus): DeploymentError => {
  const [instance] = instances.filter(({ state }) => state === "failed");
  return new DeploymentError("TASK_FAILED", `Service ${name} is unchanged, and its process has failed.`, {
    service: name,
    hint: "Run `ofdeploy logs` to see its output.",
    instance: instance && { id: instance.id, node: instance.node, exitCode: instance.exitCode, error: instance.error },
  });
};
