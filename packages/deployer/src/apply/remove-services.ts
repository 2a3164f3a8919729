import { DeploymentError, type Limit, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { changeLimits, inOrder } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import type { PlannedOrphan } from "../model/plan.js";
import type { RemovalVerdict } from "../model/report.js";
import type { Run } from "./run.js";

/** A slow engine ends the processes of many services one after another. */
const OTHER_REMOVAL_MS = 2_000;

/** A service to remove. */
export interface Removal {
  service: string;
  app?: string;
  /** Names of the services that depend on this one. Those among the removals are removed first. */
  after: readonly string[];
  /** See `RemoveOptions.restoreEarlier`. */
  restoresEarlier?: true;
}

interface RemoveServicesOptions<Item extends Removal = Removal> {
  /** Limits the concurrent removals. Default: the limit of a run whose caller chose no number. */
  limited?: Limit;
  /**
   * Time limit of each removal after its grace period, in milliseconds. Default 60000. Each other removal adds
   * {@link OTHER_REMOVAL_MS}.
   */
  timeoutMs?: number;
  /** Called for each removal. */
  signal?: () => AbortSignal | undefined;
  observer?: Observer;
  /** Called before the strategy. */
  onBegin?: (removal: Item) => void;
}

/** Removes services and waits until they are gone. Continues after a failure; a missing service counts as removed. */
export async function removeServices<Item extends Removal>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  removals: readonly Item[],
  options: RemoveServicesOptions<Item> = {},
): Promise<RemovalVerdict[]> {
  const { limited = changeLimits().remove, timeoutMs = 60_000 } = options;
  const limits = { ...options, timeoutMs: timeoutMs + OTHER_REMOVAL_MS * (removals.length - 1) };
  return inOrder<Item, RemovalVerdict>(
    removals,
    ({ after }) => after,
    async (removal) => {
      const verdict = await limited(() => removeOne(strategy, removal, limits));
      options.observer?.({ type: "removal", removal: verdict });
      return verdict;
    },
  );
}

async function removeOne<Item extends Removal>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  removal: Item,
  { timeoutMs, signal: signalFor, observer, onBegin }: RemoveServicesOptions<Item>,
): Promise<RemovalVerdict> {
  const { service, app = service, restoresEarlier = false } = removal;
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
      ...(restoresEarlier && { restoreEarlier: true }),
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

/** Removes the orphans of a plan. Records each in the journal, so that a revert can deploy it again. */
export function removeOrphans(orphans: readonly PlannedOrphan[], run: Run): Promise<RemovalVerdict[]> {
  const { strategy, journal, signal, timeoutMs, observer, changeLimits } = run;
  const removals = orphans
    .filter(({ action }) => action === "remove")
    .map(({ app, service, status, restoresEarlier }) => ({
      app,
      service,
      ...(restoresEarlier && { restoresEarlier }),
      before: run.beforeOf(service) ?? status,
      after: [],
    }));
  return removeServices(strategy, removals, {
    limited: changeLimits.remove,
    timeoutMs,
    signal: () => signal,
    observer,
    onBegin: ({ service, app = service, before }) => {
      // What an interrupted change left is never deployed again.
      if (before.versionOf === undefined) journal.begin({ kind: "prune", app, service, before });
    },
  });
}
