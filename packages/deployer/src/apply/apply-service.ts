import {
  DeploymentError,
  type DeployRequest,
  type ErrorIssue,
  requireCapability,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { strategyObserver, tellPhase, type UpRun } from "./run.js";
import type { CheckedApp } from "../check/check-project.js";
import { ownerOf } from "../model/labels.js";
import { canTellOwners, ownershipOf } from "../model/ownership.js";
import type { FieldChange, PlannedApp } from "../model/plan.js";
import type { DesiredApp } from "../model/project.js";
import { canLook, observeOne } from "../observe/observe.js";
import { compareSettings } from "../plan/compare-settings.js";
import type { Change } from "../revert/journal.js";

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

/**
 * A `CONFLICT` since the service is no longer what was planned on, with what another has changed in the meantime, field
 * by field. Any other error as it is.
 * @param seen how the service is now, where that is known already.
 */
async function explainConflict(
  error: unknown,
  before: ServiceStatus,
  run: UpRun,
  seen?: ServiceStatus,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error, "CONFLICT") || !canLook(run.strategy)) return error;
  const now = seen ?? (await lookAgain(before.name, run));
  if (now === undefined || now === "unknown" || now.revision === before.revision) return error;
  const issues = before.settings && now.settings ? differences(before.settings, now.settings, run) : [];
  return new DeploymentError("CONFLICT", `${before.name} was changed by another while this run went on.`, {
    ...error,
    issues,
    hint: "It was left as the other made it. Look at `ofdeploy plan`, then run `ofdeploy up` again.",
    cause: error,
  });
}

async function lookAgain(service: string, { strategy, signal }: UpRun): Promise<ServiceStatus | "unknown" | undefined> {
  try {
    return await observeOne(strategy, service, { signal });
  } catch {
    return "unknown";
  }
}

const differences = (
  before: NonNullable<ServiceStatus["settings"]>,
  now: NonNullable<ServiceStatus["settings"]>,
  { showEnv }: UpRun,
): ErrorIssue[] =>
  compareSettings(before, now, { showEnv }).map((change) => ({ field: change.path, message: inWords(change) }));

const inWords = ({ path, from, to }: FieldChange): string =>
  `${path} was ${from ?? "not set"}, and is ${to ?? "not set"} now`;
