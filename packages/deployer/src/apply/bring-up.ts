import { DeploymentError, type ServiceStatus, throwIfAborted } from "@openfactory/deploy-core";
import { asDeploymentError } from "../as-deployment-error.js";
import type { CheckedApp } from "../check/check-project.js";
import { type DesiredApp, locationOf } from "../desired.js";
import { withoutSettings } from "../observe/observe.js";
import type { There } from "../observe/what-is-there.js";
import type { PlannedApp } from "../plan/plan.js";
import { changeService } from "./change-service.js";
import { lookAfter, untouched } from "./look-after.js";
import { MILESTONE_OF } from "./milestones.js";
import { namedField } from "./named-field.js";
import { followUp } from "./ready.js";
import type { AppNow, AppOutcome, AppVerdict } from "./up-report.js";
import { tellPhase, type UpRun } from "./up-run.js";

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

/** An engine's refusal says which field it is about, if anything: the file says where that is written. */
function located(error: DeploymentError, app: DesiredApp): DeploymentError {
  const field = error.field ?? namedField(error, app.request);
  const what = field === undefined ? "The platform did not deploy" : `The platform refuses ${field} of`;
  return DeploymentError.withContext(error, {
    location: locationOf(app, field),
    hint: `${what} the app ${app.key} as it is. Correct it, then run ofdeploy up again.`,
  });
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
