import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredApp } from "../desired.js";
import type { Observer } from "../events.js";
import { dependents, removeServices } from "../remove/remove-services.js";
import type { AppVerdict } from "./up-report.js";

export interface PutBackOptions {
  /** Time limit of each removal in milliseconds, its grace period included. */
  timeoutMs: number;
  observer?: Observer;
}

/**
 * Removes again what a failed or interrupted run made, dependents first, under time limits of its own: the run's signal
 * has fired by now.
 * @returns the verdicts with what became of each of these apps.
 */
export async function putBack(
  strategy: OpenFactoryServiceDeploymentStrategy,
  made: readonly DesiredApp[],
  verdicts: readonly AppVerdict[],
  { timeoutMs, observer }: PutBackOptions,
  because: string | undefined,
): Promise<AppVerdict[]> {
  const before = dependents(made);
  const removals = await removeServices(
    strategy,
    made.map(({ service, key }) => ({ service, app: key, after: before.get(service) ?? [] })),
    { timeoutMs, signal: () => AbortSignal.timeout(timeoutMs), observer },
  );
  const byService = new Map(removals.map((removal) => [removal.service, removal]));
  return verdicts.map((verdict) => {
    const removal = byService.get(verdict.service);
    if (removal === undefined) return verdict;
    const { status: _, ...rest } = verdict;
    const failed = verdict.outcome === "failed";
    if (removal.outcome === "removed") {
      return { ...rest, now: "nothing", ...(failed ? {} : { outcome: "put-back", because }) };
    }
    return { ...rest, outcome: "failed", error: verdict.error ?? removal.error, leftBehind: removal.error };
  });
}
