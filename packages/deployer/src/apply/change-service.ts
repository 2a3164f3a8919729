import {
  DeploymentError,
  type DeployRequest,
  requireCapability,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-project.js";
import type { Change } from "../compensate/journal.js";
import type { DesiredApp } from "../desired.js";
import { observeOne } from "../observe/observe.js";
import { canTellOwners } from "../ownership/can-tell.js";
import { ownerOf } from "../ownership/labels.js";
import { ownershipOf } from "../ownership/ownership.js";
import type { PlannedApp } from "../plan/plan.js";
import { explainConflict } from "./explain-conflict.js";
import { strategyObserver, tellPhase, type UpRun } from "./up-run.js";

/**
 * Makes or changes the service of one app, as its plan says, when it is its turn.
 * @returns false where somebody else has just made it from the same request: it is left as it is.
 * @throws DeploymentError as the strategy does.
 */
export async function changeService(checked: CheckedApp, { action }: PlannedApp, run: UpRun): Promise<boolean> {
  const { app } = checked;
  return run.deploying(async () => {
    // The run may have ended while this one waited for its turn.
    throwIfAborted(run.signal, { service: app.service });
    const request = await run.requestOf(checked);
    const before = run.beforeOf(app.service);
    if (action === "create" || before === undefined) return create(checked, request, run);
    await (action === "replace" ? replace(app, request, before, run) : update(app, request, before, run));
    return true;
  });
}

async function create(checked: CheckedApp, request: DeployRequest, run: UpRun): Promise<boolean> {
  const { app } = checked;
  const change = { kind: "create", app: app.key, service: app.service } as const;
  tellPhase(run, app, "deploying");
  try {
    await noted(run, change, () => deploy(app, request, run));
    return true;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ALREADY_EXISTS") || !(await isMadeByAnother(checked, run))) throw error;
    run.journal.forget(change);
    return false;
  }
}

async function update(app: DesiredApp, request: DeployRequest, before: ServiceStatus, run: UpRun): Promise<void> {
  const { service, key } = app;
  const { strategy, signal, strict, timeoutMs, settleMs } = run;
  tellPhase(run, app, "updating");
  const updating = requireCapability(strategy, "update");
  try {
    const { warnings } = await noted(run, { kind: "update", app: key, service, before }, () =>
      updating.update(request, {
        signal,
        strict,
        timeoutMs,
        ...(settleMs !== undefined && { settleMs }),
        ...(before.revision !== undefined && { revision: before.revision }),
        observer: strategyObserver(run, app),
      }),
    );
    run.warningsOf(app).add(...warnings);
  } catch (error) {
    throw await explainConflict(error, before, run);
  }
}

async function replace(app: DesiredApp, request: DeployRequest, before: ServiceStatus, run: UpRun): Promise<void> {
  const { service, key } = app;
  const { strategy, signal, timeoutMs } = run;
  tellPhase(run, app, "replacing");
  await refuseIfChanged(before, run);
  await noted(run, { kind: "replace", app: key, service, before }, async () => {
    await strategy.remove(service, { wait: true, timeoutMs, signal, observer: strategyObserver(run, app) });
    tellPhase(run, app, "deploying");
    await deploy(app, request, run);
  });
}

async function deploy(app: DesiredApp, request: DeployRequest, run: UpRun): Promise<void> {
  const { strategy, signal, strict } = run;
  const { warnings } = await strategy.deploy(request, { signal, strict, observer: strategyObserver(run, app) });
  run.warningsOf(app).add(...warnings);
}

async function noted<Result>({ journal }: UpRun, change: Change, work: () => Promise<Result>): Promise<Result> {
  journal.begin(change);
  const result = await work();
  journal.confirm(change);
  return result;
}

/** A removal does not look whether the service is still what was planned on. */
async function refuseIfChanged(before: ServiceStatus, run: UpRun): Promise<void> {
  if (before.revision === undefined) return;
  const now = await observeOne(run.strategy, before.name, { signal: run.signal });
  if (now?.revision === before.revision) return;
  const changed = new DeploymentError(
    "CONFLICT",
    `${before.name} has been changed by another since the plan was made.`,
  );
  throw await explainConflict(changed, before, run, now);
}

async function isMadeByAnother({ app, hash }: CheckedApp, { strategy, scope, signal }: UpRun): Promise<boolean> {
  if (!canTellOwners(strategy)) return false;
  const labels = (await observeOne(strategy, app.service, { signal }))?.labels ?? {};
  return ownershipOf(labels, scope, true) === "ours" && ownerOf(labels)?.request === hash;
}
