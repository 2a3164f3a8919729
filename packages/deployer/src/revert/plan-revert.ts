import {
  DeploymentError,
  type DeployRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { RUN_LABEL, usesOf } from "../model/labels.js";
import type { ActualState, RevertAction } from "../model/report.js";
import {
  observeAfterChange,
  type ObservedService,
  oneShotReason,
  waitUntilRunning,
} from "../observe/observed-service.js";
import type { Change, Journal, ServiceChange } from "./journal.js";

/** The inputs that are common to all changes of a revert. */
export interface RevertContext {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  /** Id of the run. */
  readonly run: string;
  readonly journal: Journal;
  /** Time limit of each step, in milliseconds. */
  readonly timeoutMs: number;
  readonly settleMs?: number;
  observerOf(change: ServiceChange): OperationOptions["observer"];
}

/** How one change is reverted. Without `action`, there is nothing to revert. */
export interface PlannedRevert {
  /** The state after the revert. */
  readonly now: ActualState;
  /** Why the change is deliberately not reverted, in one sentence. */
  readonly kept?: string;
  /** Of a kept service: ids of the resources that it uses. */
  readonly uses?: readonly string[];
  readonly action?: RevertAction;
  readonly execute?: () => Promise<void>;
}

/**
 * Observes the result of a change, and decides how to revert it.
 * @throws DeploymentError if the engine does not answer.
 */
export async function planRevert(change: Change, context: RevertContext): Promise<PlannedRevert> {
  if (change.kind === "resource") return planResourceRevert(change, context);
  const { strategy, run, timeoutMs, journal } = context;
  const observed = await observeAfterChange(strategy, change.service, run, { signal: AbortSignal.timeout(timeoutMs) });
  const isApplied = observed.now === "desired" || (observed.now === "unknown" && journal.isConfirmed(change));
  if (change.kind === "create") {
    if (isApplied) return { now: "absent", action: "remove", execute: () => remove(change, context) };
    return { now: observed.now === "unknown" ? "absent" : observed.now };
  }
  const oneShot = oneShotReason(change.before);
  if (oneShot !== undefined && (observed.now === "absent" || (change.kind !== "prune" && isApplied)))
    return kept(observed, oneShot);
  if (observed.now === "absent")
    return { now: "previous", action: "redeploy", execute: () => redeploy(change, context) };
  if (change.kind === "prune" || !isApplied) return planUnconfirmed(change, observed, context);
  if (change.kind === "replace")
    return { now: "previous", action: "redeploy", execute: () => replaceWithPrevious(change, context) };
  return canRollBack(strategy, observed)
    ? { now: "previous", action: "rollback", execute: () => rollBack(change, context) }
    : { now: "previous", action: "restore", execute: () => restore(change, context) };
}

/** A revert never runs a job again: the run's version stays. */
const kept = ({ now, status }: ObservedService, reason: string): PlannedRevert => ({
  now: now === "absent" ? "absent" : "desired",
  action: "keep",
  kept: `${reason}, and a revert would run its previous version again.`,
  uses: usesOf(status?.labels ?? {}),
});

/** The service was never changed, or the engine restored it: then it must still become ready. */
function planUnconfirmed(
  change: ChangedService,
  { now, status }: ObservedService,
  context: RevertContext,
): PlannedRevert {
  if (now === "unknown") return { now: change.kind === "replace" ? "unknown" : "previous" };
  const version = status?.unfinishedVersion;
  if (version?.labels[RUN_LABEL] === context.run)
    return { now: "previous", action: "rollback", execute: () => endChange(change, version, context) };
  if (status?.state === "running") return { now: "previous" };
  return { now: "previous", execute: () => waitUntilRestored(change, context) };
}

type ChangedService = Extract<ServiceChange, { before: ServiceStatus }>;

type ResourceChange = Extract<Change, { kind: "resource" }>;

const canRollBack = (strategy: OpenFactoryServiceDeploymentStrategy, { status }: ObservedService): boolean =>
  supports(strategy, "rollback") && (status === undefined || status.previous !== undefined);

async function remove(change: ServiceChange, context: RevertContext): Promise<void> {
  const { strategy, timeoutMs } = context;
  await ignoreNotFound(() => strategy.remove(change.service, { wait: true, ...limits(change, context), timeoutMs }));
}

async function rollBack(change: ChangedService, context: RevertContext): Promise<void> {
  const { strategy } = context;
  if (!supports(strategy, "rollback")) return;
  await strategy.rollback(change.service, limits(change, context));
  await waitUntilRestored(change, context);
}

async function restore(change: ChangedService, context: RevertContext): Promise<void> {
  const { strategy, timeoutMs, settleMs } = context;
  const request = requestFromStatus(change.before);
  if (request === undefined || !supports(strategy, "update")) throw cannotRevert(change, strategy);
  await strategy.update(request, {
    ...limits(change, context),
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
  });
  await waitUntilRestored(change, context);
}

async function replaceWithPrevious(change: ChangedService, context: RevertContext): Promise<void> {
  // Without the previous settings, the new version is better than none.
  if (requestFromStatus(change.before) === undefined) throw cannotRevert(change, context.strategy);
  await remove(change, context);
  await redeploy(change, context);
}

async function redeploy(change: ChangedService, context: RevertContext): Promise<void> {
  const { strategy } = context;
  const request = requestFromStatus(change.before);
  if (request === undefined) throw cannotRevert(change, strategy);
  await strategy.deploy(request, limits(change, context));
  await waitUntilRestored(change, context);
}

/** Ends a change of the run that failed half way, and could not restore the service itself. */
async function endChange(
  change: ChangedService,
  version: Pick<ServiceStatus, "name">,
  context: RevertContext,
): Promise<void> {
  const { strategy, timeoutMs } = context;
  await ignoreNotFound(() => strategy.remove(version.name, { wait: true, ...limits(change, context), timeoutMs }));
  await waitUntilRestored(change, context);
}

/** Waits for the previous version, if it was running before. */
async function waitUntilRestored(change: ChangedService, context: RevertContext): Promise<void> {
  const { strategy, timeoutMs, settleMs } = context;
  if (change.before.state !== "running") return;
  await waitUntilRunning(strategy, change.service, {
    ...limits(change, context),
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
  });
}

/** If the creation was not confirmed, only a resource with the run's id is the run's own. */
async function planResourceRevert(
  change: ResourceChange,
  { strategy, run, journal, timeoutMs }: RevertContext,
): Promise<PlannedRevert> {
  if (!supports(strategy, "resources")) return { now: "absent" };
  const { kind, name } = change.resource;
  const limits = { signal: AbortSignal.timeout(timeoutMs) };
  if (!journal.isConfirmed(change)) {
    const created = await strategy.listResources({ kinds: [kind], labels: { [RUN_LABEL]: run }, ...limits });
    if (!created.some((resource) => resource.name === name)) return { now: "absent" };
  }
  return {
    now: "absent",
    action: "remove",
    execute: () => ignoreNotFound(() => strategy.removeResource(kind, name, { ...limits, timeoutMs })),
  };
}

async function ignoreNotFound(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
}

/** The operation's own time limit comes first: its error has the reason. */
const GRACE_MS = 10_000;

const limits = (change: ServiceChange, { timeoutMs, observerOf }: RevertContext): OperationOptions => ({
  signal: AbortSignal.timeout(timeoutMs + GRACE_MS),
  observer: observerOf(change),
});

const cannotRevert = (
  { service }: ChangedService,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError =>
  new DeploymentError(
    "UNSUPPORTED",
    `${service} can't be reverted: the platform ${manifest.name} can't read its previous settings.`,
    {
      service,
      strategy: manifest.name,
      hint: "Restore the previous version in the file, then run `ofdeploy up`.",
    },
  );

/** The request that deploys a service with the settings of a status; undefined if the status has no settings. */
const requestFromStatus = ({ settings, labels }: ServiceStatus): DeployRequest | undefined =>
  settings && { ...settings, labels: { ...labels, ...settings.labels } };
