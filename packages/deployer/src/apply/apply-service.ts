import {
  DeploymentError,
  type DeployRequest,
  type ErrorIssue,
  requireCapability,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { ownershipOf, tracksOwnership } from "../model/ownership.js";
import type { FieldChange, PlannedApp } from "../model/plan.js";
import type { DesiredApp } from "../model/project.js";
import { isDeployedFrom } from "../model/request-hash.js";
import { canObserve, observeOne } from "../observe/observe.js";
import { compareSettings } from "../plan/compare-settings.js";
import type { Change } from "../revert/journal.js";
import { reportPhase, type Run, strategyObserver } from "./run.js";

/**
 * Creates, updates or replaces the service of one app, when a slot is free.
 * @returns false if another process has just deployed the service from the same request: it is not changed then.
 * @throws DeploymentError from the strategy.
 */
export async function applyService(checked: CheckedApp, { action }: PlannedApp, run: Run): Promise<boolean> {
  const { app } = checked;
  const before = run.beforeOf(app.service);
  const isNew = action === "create" || before === undefined;
  return run.changeLimits[isNew ? "create" : "update"](async () => {
    // The run may have ended while the app waited for a slot.
    throwIfAborted(run.signal, { service: app.service });
    const request = await run.requestOf(checked);
    if (isNew) return create(checked, request, run);
    await (action === "replace" ? replace(app, request, before, run) : update(app, request, before, run));
    return true;
  });
}

async function create(checked: CheckedApp, request: DeployRequest, run: Run): Promise<boolean> {
  const { app } = checked;
  const change = { kind: "create", app: app.key, service: app.service } as const;
  reportPhase(run, app, "deploying");
  try {
    await journaled(run, change, () => deploy(app, request, run));
    return true;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ALREADY_EXISTS") || !(await isAlreadyDeployed(checked, run))) throw error;
    run.journal.forget(change);
    return false;
  }
}

async function update(app: DesiredApp, request: DeployRequest, before: ServiceStatus, run: Run): Promise<void> {
  const { service, key } = app;
  const { strategy, signal, strict, timeoutMs, settleMs } = run;
  reportPhase(run, app, "updating");
  const updating = requireCapability(strategy, "update");
  try {
    const { warnings } = await journaled(run, { kind: "update", app: key, service, before }, () =>
      updating.update(request, {
        signal,
        strict,
        timeoutMs,
        ...(settleMs !== undefined && { settleMs }),
        ...(before.revision !== undefined && { revision: before.revision }),
        observer: strategyObserver(run, app),
      }),
    );
    run.warnings.add(app, warnings);
  } catch (error) {
    throw await explainConflict(error, before, run);
  }
}

async function replace(app: DesiredApp, request: DeployRequest, before: ServiceStatus, run: Run): Promise<void> {
  const { service, key } = app;
  const { strategy, signal, timeoutMs } = run;
  reportPhase(run, app, "replacing");
  await assertUnchanged(before, run);
  await journaled(run, { kind: "replace", app: key, service, before }, async () => {
    await strategy.remove(service, { wait: true, timeoutMs, signal, observer: strategyObserver(run, app) });
    reportPhase(run, app, "deploying");
    await deploy(app, request, run);
  });
}

async function deploy(app: DesiredApp, request: DeployRequest, run: Run): Promise<void> {
  const { strategy, signal, strict } = run;
  const { warnings } = await strategy.deploy(request, { signal, strict, observer: strategyObserver(run, app) });
  run.warnings.add(app, warnings);
}

async function journaled<Result>({ journal }: Run, change: Change, work: () => Promise<Result>): Promise<Result> {
  journal.begin(change);
  const result = await work();
  journal.confirm(change);
  return result;
}

/** A removal takes no revision, so the service is compared with the plan first. */
async function assertUnchanged(before: ServiceStatus, run: Run): Promise<void> {
  if (before.revision === undefined) return;
  const now = await observeOne(run.strategy, before.name, { signal: run.signal });
  if (now?.revision === before.revision) return;
  const changed = new DeploymentError("CONFLICT", `Service ${before.name} was modified since the plan was made.`);
  throw await explainConflict(changed, before, run, now);
}

async function isAlreadyDeployed({ app, request }: CheckedApp, { strategy, scope, signal }: Run): Promise<boolean> {
  if (!tracksOwnership(strategy)) return false;
  const labels = (await observeOne(strategy, app.service, { signal }))?.labels ?? {};
  return ownershipOf(labels, scope, true) === "ours" && isDeployedFrom(request, labels);
}

/**
 * Adds the fields that someone else changed since the plan was made to a `CONFLICT`. Returns any other error unchanged.
 * @param seen the observed service, if known already.
 */
async function explainConflict(
  error: unknown,
  before: ServiceStatus,
  run: Run,
  seen?: ServiceStatus,
): Promise<unknown> {
  if (!DeploymentError.isInstance(error, "CONFLICT") || !canObserve(run.strategy)) return error;
  const now = seen ?? (await tryObserve(before.name, run));
  if (now === undefined || now === "unknown" || now.revision === before.revision) return error;
  const issues = before.settings && now.settings ? differences(before.settings, now.settings, run) : [];
  return new DeploymentError(
    "CONFLICT",
    `Service ${before.name} was modified by another process during this run, so this run did not change it.`,
    {
      ...error,
      issues,
      hint: "Check the differences with `ofdeploy plan`, then run `ofdeploy up` again.",
      cause: error,
    },
  );
}

async function tryObserve(service: string, { strategy, signal }: Run): Promise<ServiceStatus | "unknown" | undefined> {
  try {
    return await observeOne(strategy, service, { signal });
  } catch {
    return "unknown";
  }
}

const differences = (
  before: NonNullable<ServiceStatus["settings"]>,
  now: NonNullable<ServiceStatus["settings"]>,
  { showEnv }: Run,
): ErrorIssue[] =>
  compareSettings(before, now, { showEnv }).map((change) => ({ field: change.path, message: describeChange(change) }));

const describeChange = ({ path, from, to }: FieldChange): string =>
  `${path} was ${from ?? "not set"} and is now ${to ?? "not set"}`;
