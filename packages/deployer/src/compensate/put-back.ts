import type { DeploymentError, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { AppNow } from "../apply/up-report.js";
import { asDeploymentError } from "../as-deployment-error.js";
import { slots } from "../bounded.js";
import type { Observer } from "../events.js";
import { whatIsThere } from "../observe/what-is-there.js";
import { progressObserver } from "../progress-observer.js";
import { dependents, REMOVALS_AT_ONCE } from "../remove/remove-services.js";
import { resourceId } from "../resources/resource-id.js";
import type { CompensationStep } from "./compensation-step.js";
import type { Change, Journal, ServiceChange } from "./journal.js";
import { StepLog } from "./step-log.js";
import { planTakeBack, type TakeBack, type TakeBackContext } from "./take-back.js";

export interface PutBackOptions {
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
export interface PutBack {
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
