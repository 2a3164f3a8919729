import type { DeploymentError, Limit, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { type ChangeKind, inOrder } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import { dependents } from "../model/project.js";
import type { ActualState, AppVerdict, RevertStep, RemovalVerdict, ResourceVerdict } from "../model/report.js";
import { resourceId } from "../model/resources.js";
import { observeOrUnknown } from "../observe/observed-service.js";
import { type Change, type Journal, type ServiceChange, StepLog } from "./journal.js";
import { type PlannedRevert, planRevert, type RevertContext } from "./plan-revert.js";

interface RevertOptions {
  /** Id of the run to revert. */
  run: string;
  apps: readonly { service: string; dependsOn: readonly { service: string }[] }[];
  /** Time limit of each step, in milliseconds. */
  timeoutMs: number;
  settleMs?: number;
  /** The limits of the run. */
  changeLimits: Readonly<Record<ChangeKind, Limit>>;
  observer?: Observer;
}

/** The state of a service after the revert; with `error`, its revert failed. */
interface RevertedService {
  readonly now: ActualState;
  /** Why it was deliberately not reverted, in one sentence. */
  readonly kept?: string;
  readonly error?: DeploymentError;
}

type RevertAttempt = RevertedService & Pick<PlannedRevert, "uses">;

/** The result of a revert. */
interface RevertResult {
  readonly steps: readonly RevertStep[];
  /** By service name. */
  readonly services: ReadonlyMap<string, RevertedService>;
  /** The errors of resources that could not be removed, by resource id. */
  readonly resources: ReadonlyMap<string, DeploymentError>;
}

/**
 * Reverts the changes of a failed or interrupted run, latest first: an app after its dependents, resources after all apps.
 * Each step has its own time limit, because the run's signal has fired already. A failed step is tried once more after all
 * others, because another service may have been in the way.
 */
export async function revert(
  strategy: OpenFactoryServiceDeploymentStrategy,
  journal: Journal,
  options: RevertOptions,
): Promise<RevertResult> {
  const { apps, observer, changeLimits } = options;
  const context = contextOf(strategy, journal, options);
  const log = new StepLog(observer);
  const changes = journal.reversed();
  const serviceChanges = changes.filter((change) => change.kind !== "resource");
  const resourceChanges = changes.filter((change) => change.kind === "resource");

  const dependentsOf = dependents(apps);
  const first = await inOrder(
    serviceChanges,
    ({ service }) => dependentsOf.get(service) ?? [],
    async (change) => {
      const limited = changeLimits[change.kind === "create" ? "remove" : "update"];
      const attempted = await limited(() => tryRevert(change, context, log));
      if (attempted.error === undefined) log.end(change);
      return { change, attempted };
    },
  );
  const services = new Map<string, RevertedService>();
  // Resources of services that are kept.
  const needed = new Set<string>();
  for (const { change, attempted } of first) {
    const isRetried = attempted.error !== undefined;
    const { now, kept, uses = [], error } = isRetried ? await tryRevert(change, context, log) : attempted;
    if (isRetried) log.end(change, error);
    for (const id of uses) needed.add(id);
    const done = { now, ...(kept !== undefined && { kept }) };
    services.set(change.service, error === undefined ? done : { now: await observeState(change, context), error });
  }

  const resources = new Map<string, DeploymentError>();
  for (const change of resourceChanges.filter(({ resource }) => !needed.has(resourceId(resource)))) {
    const { error } = await tryRevert(change, context, log);
    log.end(change, error);
    if (error !== undefined) resources.set(resourceId(change.resource), error);
  }
  return { steps: log.all(), services, resources };
}

function contextOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  journal: Journal,
  { run, timeoutMs, settleMs, observer }: RevertOptions,
): RevertContext {
  return {
    strategy,
    run,
    journal,
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
    observerOf: ({ app, service }) => progressObserver(app, service, observer),
  };
}

/** Reverts one change. Never rejects. */
async function tryRevert(change: Change, context: RevertContext, log: StepLog): Promise<RevertAttempt> {
  try {
    const { now, action, kept, uses, execute } = await planRevert(change, context);
    if (action !== undefined) log.begin(change, action, kept);
    await execute?.();
    return { now, ...(kept !== undefined && { kept, uses }) };
  } catch (error) {
    const subject = change.kind === "resource" ? change.resource.name : change.service;
    return { now: "unknown", error: asDeploymentError(error, subject, context.strategy) };
  }
}

const observeState = async (
  { service }: ServiceChange,
  { strategy, run, timeoutMs }: RevertContext,
): Promise<ActualState> =>
  (await observeOrUnknown(strategy, service, run, { signal: AbortSignal.timeout(timeoutMs) })).now;

/** The outcomes of a run. */
export interface RunResults {
  readonly apps: readonly AppVerdict[];
  readonly orphans: readonly RemovalVerdict[];
  readonly resources: readonly ResourceVerdict[];
  readonly revertSteps: readonly RevertStep[];
}

/**
 * The outcomes of a run after its revert.
 * @param because the app or resource whose failure ended the run.
 */
export const withRevertResult = (
  results: RunResults,
  done: RevertResult,
  causedBy: string | undefined,
): RunResults => ({
  apps: results.apps.map((verdict) => revertedApp(verdict, done, causedBy)),
  orphans: results.orphans.map((removal) => revertedOrphan(removal, done)),
  resources: results.resources.map((resource) => revertedResource(resource, done)),
  revertSteps: done.steps,
});

function revertedApp(verdict: AppVerdict, { services }: RevertResult, causedBy: string | undefined): AppVerdict {
  const service = services.get(verdict.service);
  if (service === undefined) return verdict;
  const { status: _, ...rest } = verdict;
  const { now, kept, error } = service;
  if (kept !== undefined) return { ...verdict, now, kept };
  if (error !== undefined) return { ...rest, outcome: "failed", now, error: verdict.error ?? error, leftBehind: error };
  if (verdict.outcome === "failed" || verdict.outcome === "rolled-back" || verdict.outcome === "skipped")
    return { ...rest, now };
  return { ...rest, outcome: "reverted", now, causedBy };
}

function revertedOrphan(removal: RemovalVerdict, { services }: RevertResult): RemovalVerdict {
  const service = services.get(removal.service);
  if (service === undefined || service.kept !== undefined || removal.outcome === "skipped") return removal;
  if (service.error !== undefined) return { ...removal, outcome: "failed", error: service.error };
  return removal.outcome === "removed" ? { ...removal, outcome: "reverted" } : removal;
}

function revertedResource(resource: ResourceVerdict, { resources, steps }: RevertResult): ResourceVerdict {
  const error = resources.get(resourceId(resource));
  if (error !== undefined) return { ...resource, outcome: "failed", error };
  if (resource.outcome !== "created" || !wasRemoved(resource, steps)) return resource;
  return { ...resource, outcome: "reverted" };
}

/** Resources of a kept job are not removed. */
const wasRemoved = (resource: ResourceVerdict, steps: readonly RevertStep[]): boolean =>
  steps.some((step) => step.resource !== undefined && resourceId(step.resource) === resourceId(resource));
