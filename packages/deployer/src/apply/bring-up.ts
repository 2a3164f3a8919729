import { throwIfAborted } from "@openfactory/deploy-core";
import { asDeploymentError } from "../as-deployment-error.js";
import type { DesiredApp } from "../desired.js";
import type { PlannedApp } from "../plan/plan.js";
import { MILESTONE_OF } from "./milestones.js";
import { untilCompleted, untilReady } from "./ready.js";
import type { AppNow, AppOutcome, AppVerdict } from "./up-report.js";
import { strategyObserver, tellPhase, type UpRun } from "./up-run.js";

/** Takes one app from its step of the plan to its verdict. Never rejects. */
export async function bringUp(app: DesiredApp, step: PlannedApp, run: UpRun): Promise<AppVerdict> {
  const began = performance.now();
  const verdict = (outcome: AppOutcome, more: Partial<AppVerdict> = {}): AppVerdict => ({
    app: app.key,
    service: app.service,
    action: step.action,
    outcome,
    now: nowOf(outcome, run.isMade(app)),
    warnings: run.warningsOf(app).all(),
    elapsedMs: Math.round(performance.now() - began),
    ...more,
  });
  try {
    // What is there already waits for nobody.
    const blocker = step.action === "create" ? await blockedBy(app, run) : undefined;
    if (blocker !== undefined) {
      run.milestones.giveUp(app.service);
      return verdict("skipped", { because: run.endedBy() ?? blocker });
    }
    throwIfAborted(run.signal, { service: app.service });
    if (step.action === "create") await deploy(app, run);
    run.milestones.reach(app.service, "started");
    return await followUp(app, step, run, verdict);
  } catch (error) {
    run.milestones.giveUp(app.service);
    const failure = asDeploymentError(error, app.service, run.strategy);
    if (run.signal.aborted && failure.code === "ABORTED") {
      return verdict(interrupted(step, run.isMade(app)), { because: run.endedBy() });
    }
    run.noteFailure(app);
    return verdict("failed", { error: failure });
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

async function deploy(app: DesiredApp, run: UpRun): Promise<void> {
  await run.deploying(async () => {
    // The run may have ended while this one waited for its turn.
    throwIfAborted(run.signal, { service: app.service });
    tellPhase(run, app, "deploying");
    const { signal, strict } = run;
    const deployment = await run.strategy.deploy(run.requestOf(app), {
      signal,
      strict,
      observer: strategyObserver(run, app),
    });
    run.noteMade(app);
    run.warningsOf(app).add(...deployment.warnings);
  });
}

/** From started to ready, and to completed where others wait for that. */
async function followUp(
  app: DesiredApp,
  step: PlannedApp,
  run: UpRun,
  verdict: (outcome: AppOutcome, more?: Partial<AppVerdict>) => AppVerdict,
): Promise<AppVerdict> {
  const { service } = app;
  const mustComplete = run.isAwaited(service, "completed");
  const listed = step.action === "unchanged" ? step.status : undefined;
  if (!run.wait && !mustComplete && !run.isAwaited(service, "ready")) {
    return verdict(listed === undefined ? "started" : "unchanged", { status: listed });
  }
  const ready = await untilReady(app, step, run);
  run.milestones.reach(service, "ready");
  const status = mustComplete ? await untilCompleted(app, ready, run) : ready;
  run.milestones.reach(service, "completed");
  if (listed !== undefined) return verdict("unchanged", { status });
  if (status === undefined) return verdict("started");
  return verdict(status.state === "completed" ? "completed" : "running", { status });
}

/** What an app is when the run ends under it. */
const interrupted = ({ action }: PlannedApp, isMade: boolean): AppOutcome => {
  if (action === "unchanged") return "unchanged";
  return isMade ? "started" : "skipped";
};

const nowOf = (outcome: AppOutcome, isMade: boolean): AppNow => {
  if (outcome === "skipped") return "nothing";
  return outcome === "unchanged" || isMade ? "desired" : "unknown";
};
