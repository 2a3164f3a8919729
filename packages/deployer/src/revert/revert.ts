import type { DeploymentError, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { REMOVALS_AT_ONCE, slots } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import { dependents } from "../model/project.js";
import type { AppNow, AppVerdict, CompensationStep, RemovalVerdict, ResourceVerdict } from "../model/report.js";
import { resourceId } from "../model/resources.js";
import { whatIsThere } from "../observe/observed-service.js";
import { type Change, type Journal, type ServiceChange, StepLog } from "./journal.js";
import { planTakeBack, type TakeBack, type TakeBackContext } from "./plan-revert.js";

interface PutBackOptions {
  /** Id of the run. */
  run: string;
  apps: readonly { service: string; dependsOn: readonly { service: string }[] }[];
  /** Time limit of each step in milliseconds. */
  timeoutMs: number;
  settleMs?: number;
  observer?: Observer;
}

/** What is there of a service that was to be put back; `error`: it is not as it was before. */
interface PutBackService {
  readonly now: AppNow;
  /** Why it was not taken back on purpose: one sentence. */
  readonly kept?: string;
  readonly error?: DeploymentError;
}

type Attempted = PutBackService & Pick<TakeBack, "uses">;

/** What became of what a run had changed. */
interface PutBack {
  readonly steps: readonly CompensationStep[];
  /** By service name. */
  readonly services: ReadonlyMap<string, PutBackService>;
  /** Of resources that should have gone, by kind and name: why they have not. */
  readonly resources: ReadonlyMap<string, DeploymentError>;
}

/**
 * Takes back what a failed or interrupted run has changed: in reverse order, an app after those that depend on it,
 * resources after all apps; under time limits of its own, since the run's signal has fired by now. What fails is tried
 * once more when all else is as it was (it may have stood in the way), and what then fails is told.
 */
export async function putBack(
  strategy: OpenFactoryServiceDeploymentStrategy,
  journal: Journal,
  options: PutBackOptions,
): Promise<PutBack> {
  const { apps, observer } = options;
  const context = contextOf(strategy, journal, options);
  const log = new StepLog(observer);
  const changes = journal.reversed();
  const ofServices = changes.filter((change) => change.kind !== "resource");
  const ofResources = changes.filter((change) => change.kind === "resource");

  const inTurn = slots(REMOVALS_AT_ONCE);
  const before = dependents(apps);
  const settled = new Map(ofServices.map(({ service }) => [service, Promise.withResolvers<void>()]));
  const first = await Promise.all(
    ofServices.map(async (change) => {
      await Promise.all((before.get(change.service) ?? []).map((service) => settled.get(service)?.promise));
      const attempted = await inTurn(() => attempt(change, context, log));
      if (attempted.error === undefined) log.end(change);
      settled.get(change.service)?.resolve();
      return { change, attempted };
    }),
  );
  const services = new Map<string, PutBackService>();
  // Resources that what is kept uses.
  const needed = new Set<string>();
  for (const { change, attempted } of first) {
    const hasFailed = attempted.error !== undefined;
    const { now, kept, uses = [], error } = hasFailed ? await attempt(change, context, log) : attempted;
    if (hasFailed) log.end(change, error);
    for (const id of uses) needed.add(id);
    const done = { now, ...(kept !== undefined && { kept }) };
    services.set(change.service, error === undefined ? done : { now: await lookAt(change, context), error });
  }

  const resources = new Map<string, DeploymentError>();
  for (const change of ofResources.filter(({ resource }) => !needed.has(resourceId(resource)))) {
    const { error } = await attempt(change, context, log);
    log.end(change, error);
    if (error !== undefined) resources.set(resourceId(change.resource), error);
  }
  return { steps: log.all(), services, resources };
}

function contextOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  journal: Journal,
  { run, timeoutMs, settleMs, observer }: PutBackOptions,
): TakeBackContext {
  return {
    strategy,
    run,
    journal,
    timeoutMs,
    ...(settleMs !== undefined && { settleMs }),
    observerOf: ({ app, service }) => progressObserver(app, service, observer),
  };
}

/** Takes back one change. Never rejects. */
async function attempt(change: Change, context: TakeBackContext, log: StepLog): Promise<Attempted> {
  try {
    const { now, action, kept, uses, work } = await planTakeBack(change, context);
    if (action !== undefined) log.begin(change, action, kept);
    await work?.();
    return { now, ...(kept !== undefined && { kept, uses }) };
  } catch (error) {
    const subject = change.kind === "resource" ? change.resource.name : change.service;
    return { now: "unknown", error: asDeploymentError(error, subject, context.strategy) };
  }
}

const lookAt = async ({ service }: ServiceChange, { strategy, run, timeoutMs }: TakeBackContext): Promise<AppNow> =>
  (await whatIsThere(strategy, service, run, { signal: AbortSignal.timeout(timeoutMs) })).now;

/** What a run has come to. */
export interface Results {
  readonly apps: readonly AppVerdict[];
  readonly orphans: readonly RemovalVerdict[];
  readonly resources: readonly ResourceVerdict[];
  readonly compensation: readonly CompensationStep[];
}

/**
 * What a run has come to once it was put back.
 * @param because the app (or resource) whose failure ended the run.
 */
export const asPutBack = (results: Results, done: PutBack, because: string | undefined): Results => ({
  apps: results.apps.map((verdict) => appPutBack(verdict, done, because)),
  orphans: results.orphans.map((removal) => orphanPutBack(removal, done)),
  resources: results.resources.map((resource) => resourcePutBack(resource, done)),
  compensation: done.steps,
});

function appPutBack(verdict: AppVerdict, { services }: PutBack, because: string | undefined): AppVerdict {
  const service = services.get(verdict.service);
  if (service === undefined) return verdict;
  const { status: _, ...rest } = verdict;
  const { now, kept, error } = service;
  if (kept !== undefined) return { ...verdict, now, kept };
  if (error !== undefined) return { ...rest, outcome: "failed", now, error: verdict.error ?? error, leftBehind: error };
  if (verdict.outcome === "failed" || verdict.outcome === "rolled-back" || verdict.outcome === "skipped")
    return { ...rest, now };
  return { ...rest, outcome: "put-back", now, because };
}

function orphanPutBack(removal: RemovalVerdict, { services }: PutBack): RemovalVerdict {
  const service = services.get(removal.service);
  if (service === undefined || service.kept !== undefined || removal.outcome === "skipped") return removal;
  if (service.error !== undefined) return { ...removal, outcome: "failed", error: service.error };
  return removal.outcome === "removed" ? { ...removal, outcome: "put-back" } : removal;
}

function resourcePutBack(resource: ResourceVerdict, { resources, steps }: PutBack): ResourceVerdict {
  const error = resources.get(resourceId(resource));
  if (error !== undefined) return { ...resource, outcome: "failed", error };
  if (resource.outcome !== "created" || !isTaken(resource, steps)) return resource;
  return { ...resource, outcome: "put-back" };
}

/** A resource that a kept job uses is not removed again. */
const isTaken = (resource: ResourceVerdict, steps: readonly CompensationStep[]): boolean =>
  steps.some((step) => step.resource !== undefined && resourceId(step.resource) === resourceId(resource));
