import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { UpRun } from "./run.js";
import { REMOVALS_AT_ONCE, slots } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import type { PlannedOrphan } from "../model/plan.js";
import type { RemovalVerdict } from "../model/report.js";

/** A service to remove. */
export interface Removal {
  service: string;
  app?: string;
  /** Services that go first, where they are to be removed at all: those that depend on this one. */
  after: readonly string[];
}

interface RemoveServicesOptions<Item extends Removal = Removal> {
  /** How many at a time. Default {@link REMOVALS_AT_ONCE}. */
  concurrency?: number;
  /** Milliseconds until what a service ran must be gone, after its grace period. Default 60000. */
  timeoutMs?: number;
  /** Asked anew for every removal. */
  signal?: () => AbortSignal | undefined;
  observer?: Observer;
  /** Called before the strategy is asked. */
  onBegin?: (removal: Item) => void;
}

/** Removes services and waits until they are gone. Goes on past failures; what is gone already counts as removed. */
export async function removeServices<Item extends Removal>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  removals: readonly Item[],
  options: RemoveServicesOptions<Item> = {},
): Promise<RemovalVerdict[]> {
  const inTurn = slots(options.concurrency ?? REMOVALS_AT_ONCE);
  const settled = new Map(removals.map(({ service }) => [service, Promise.withResolvers<void>()]));
  return Promise.all(
    removals.map(async (removal): Promise<RemovalVerdict> => {
      await Promise.all(removal.after.map((service) => settled.get(service)?.promise));
      const verdict = await inTurn(() => removeOne(strategy, removal, options));
      settled.get(removal.service)?.resolve();
      options.observer?.({ type: "removal", removal: verdict });
      return verdict;
    }),
  );
}

async function removeOne<Item extends Removal>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  removal: Item,
  { timeoutMs, signal: signalFor, observer, onBegin }: RemoveServicesOptions<Item>,
): Promise<RemovalVerdict> {
  const { service, app = service } = removal;
  const began = performance.now();
  const verdict = (outcome: RemovalVerdict["outcome"], error?: DeploymentError): RemovalVerdict => ({
    service,
    app,
    outcome,
    ...(error === undefined ? {} : { error }),
    elapsedMs: Math.round(performance.now() - began),
  });
  const signal = signalFor?.();
  if (signal?.aborted) return verdict("skipped");
  onBegin?.(removal);
  observer?.({ type: "phase", app, service, phase: "removing" });
  try {
    await strategy.remove(service, {
      wait: true,
      timeoutMs,
      signal,
      observer: progressObserver(app, service, observer),
    });
    return verdict("removed");
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return verdict("removed");
    return verdict("failed", asDeploymentError(error, service, strategy));
  }
}

/** Removes the services that a plan has no more use for, and notes each, so that it can be put back. */
export function removeOrphans(orphans: readonly PlannedOrphan[], run: UpRun): Promise<RemovalVerdict[]> {
  const { strategy, journal, signal, timeoutMs, observer } = run;
  const removals = orphans
    .filter(({ action }) => action === "remove")
    .map(({ app, service, status }) => ({ app, service, before: run.beforeOf(service) ?? status, after: [] }));
  return removeServices(strategy, removals, {
    timeoutMs,
    signal: () => signal,
    observer,
    onBegin: ({ service, app = service, before }) => journal.begin({ kind: "prune", app, service, before }),
  });
}
