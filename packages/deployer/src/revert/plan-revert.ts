import {
  DeploymentError,
  type DeployRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { RUN_LABEL, usesOf } from "../model/labels.js";
import type { AppNow, CompensationAction } from "../model/report.js";
import { look, type There, untilRuns, whyNotAgain } from "../observe/observed-service.js";
import type { Change, Journal, ServiceChange } from "./journal.js";

/** What it takes to take back the changes of one run. */
export interface TakeBackContext {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  /** Id of the run. */
  readonly run: string;
  readonly journal: Journal;
  /** Of each step, in milliseconds. */
  readonly timeoutMs: number;
  readonly settleMs?: number;
  observerOf(change: ServiceChange): OperationOptions["observer"];
}

/** How a change is taken back; without `action`, there is nothing to take back. */
export interface TakeBack {
  /** What is there afterwards. */
  readonly now: AppNow;
  /** Why it is not taken back, though it could be: one sentence. */
  readonly kept?: string;
  /** Of what is kept: the resources that it uses. */
  readonly uses?: readonly string[];
  readonly action?: CompensationAction;
  readonly work?: () => Promise<void>;
}

/**
 * Looks what a change has come to, and how it can be taken back.
 * @throws DeploymentError when the engine does not tell.
 */
export async function planTakeBack(change: Change, context: TakeBackContext): Promise<TakeBack> {
  if (change.kind === "resource") return planRemoval(change, context);
  const { strategy, run, timeoutMs, journal } = context;
  const there = await look(strategy, change.service, run, { signal: AbortSignal.timeout(timeoutMs) });
  const isMade = there.now === "desired" || (there.now === "unknown" && journal.isConfirmed(change));
  if (change.kind === "create") {
    if (isMade) return { now: "nothing", action: "remove", work: () => remove(change, context) };
    return { now: there.now === "unknown" ? "nothing" : there.now };
  }
  const once = whyNotAgain(change.before);
  if (once !== undefined && (there.now === "nothing" || (change.kind !== "prune" && isMade))) return kept(there, once);
  if (there.now === "nothing") return { now: "before", action: "redeploy", work: () => redeploy(change, context) };
  if (change.kind === "prune" || !isMade) return asBefore(change, there, context);
  if (change.kind === "replace")
    return { now: "before", action: "redeploy", work: () => replaceAgain(change, context) };
  return canRollBack(strategy, there)
    ? { now: "before", action: "rollback", work: () => rollBack(change, context) }
    : { now: "before", action: "restore", work: () => restore(change, context) };
}

/** A job is never run again by a revert: what the run has made of it stays. */
const kept = ({ now, status }: There, why: string): TakeBack => ({
  now: now === "nothing" ? "nothing" : "desired",
  action: "keep",
  kept: `${why}: going back would run its earlier version again.`,
  uses: usesOf(status?.labels ?? {}),
});

/** It was never changed, or the engine has put it back by itself: then it is still to come up. */
function asBefore(change: Changed, { now, status }: There, context: TakeBackContext): TakeBack {
  if (now === "unknown") return { now: change.kind === "replace" ? "unknown" : "before" };
  if (status?.state === "running") return { now: "before" };
  return { now: "before", work: () => untilBack(change, context) };
}

type Changed = Extract<ServiceChange, { before: ServiceStatus }>;

type ResourceChange = Extract<Change, { kind: "resource" }>;

const canRollBack = (strategy: OpenFactoryServiceDeploymentStrategy, { status }: There): boolean =>
  supports(strategy, "rollback") && (status === undefined || status.previous !== undefined);

async function remove(change: ServiceChange, context: TakeBackContext): Promise<void> {
  const { strategy, timeoutMs } = context;
  await unlessGone(() => strategy.remove(change.service, { wait: true, ...limits(change, context), timeoutMs }));
}

async function rollBack(change: Changed, context: TakeBackContext): Promise<void> {
  const { strategy } = context;
  if (!supports(strategy, "rollback")) return;
  await strategy.rollback(change.service, limits(change, context));
  await untilBack(change, context);
}

async function restore(change: Changed, context: TakeBackContext): Promise<void> {
  const { strategy, timeoutMs, settleMs } = context;
  const request = asItWas(change.before);
  if (request === undefined || !supports(strategy, "update")) throw cannot(change, strategy);
  await strategy.update(request, {
    ...limits(change, context),
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
  });
  await untilBack(change, context);
}

async function replaceAgain(change: Changed, context: TakeBackContext): Promise<void> {
  // Better the new one than none.
  if (asItWas(change.before) === undefined) throw cannot(change, context.strategy);
  await remove(change, context);
  await redeploy(change, context);
}

async function redeploy(change: Changed, context: TakeBackContext): Promise<void> {
  const { strategy } = context;
  const request = asItWas(change.before);
  if (request === undefined) throw cannot(change, strategy);
  await strategy.deploy(request, limits(change, context));
  await untilBack(change, context);
}

/** What did not run before is not waited for. */
async function untilBack(change: Changed, context: TakeBackContext): Promise<void> {
  const { strategy, timeoutMs, settleMs } = context;
  if (change.before.state !== "running") return;
  await untilRuns(strategy, change.service, {
    ...limits(change, context),
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
  });
}

/** Of a resource whose making was not confirmed, only one that carries the run's id is its own. */
async function planRemoval(
  change: ResourceChange,
  { strategy, run, journal, timeoutMs }: TakeBackContext,
): Promise<TakeBack> {
  if (!supports(strategy, "resources")) return { now: "nothing" };
  const { kind, name } = change.resource;
  const limits = { signal: AbortSignal.timeout(timeoutMs) };
  if (!journal.isConfirmed(change)) {
    const made = await strategy.listResources({ kinds: [kind], labels: { [RUN_LABEL]: run }, ...limits });
    if (!made.some((resource) => resource.name === name)) return { now: "nothing" };
  }
  return {
    now: "nothing",
    action: "remove",
    work: () => unlessGone(() => strategy.removeResource(kind, name, { ...limits, timeoutMs })),
  };
}

async function unlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
}

const limits = (change: ServiceChange, { timeoutMs, observerOf }: TakeBackContext): OperationOptions => ({
  signal: AbortSignal.timeout(timeoutMs),
  observer: observerOf(change),
});

const cannot = ({ service }: Changed, { manifest }: OpenFactoryServiceDeploymentStrategy): DeploymentError =>
  new DeploymentError(
    "UNSUPPORTED",
    `${service} can't be put back: the platform ${manifest.name} did not tell how it was.`,
    {
      service,
      strategy: manifest.name,
      hint: "Deploy the version before by hand.",
    },
  );

/** The request that makes a service as it was; undefined: the strategy did not tell its settings. */
const asItWas = ({ settings, labels }: ServiceStatus): DeployRequest | undefined =>
  settings && { ...settings, labels: { ...labels, ...settings.labels } };
