import type { NormalizedRequest, ServiceStatus } from "@openfactory/deploy-core";

/**
 * Why a service that is as it was asked to be has to be brought up again: a change of it was cut off, or none of it runs
 * though it should, as after somebody stopped it. Undefined: it runs, or is on its way, or is not meant to run (any more).
 */
export function whyAgain(status: ServiceStatus, { mode, restart }: NormalizedRequest): string | undefined {
  const { state, replicas, instances, unfinished } = status;
  if (unfinished) return "A deploy or update of it was cut off.";
  if (replicas.running > 0 || state === "running" || state === "pending") return undefined;
  // A process whose health is known runs, however ill.
  if (instances.some(({ health }) => health !== undefined)) return undefined;
  if (state === "failed") return "It does not run: it has failed.";
  if (state === "completed") return endsForGood({ mode, restart }) ? undefined : "It does not run: it has ended.";
  // Stopped, which may be just what is asked for: no replicas, or no node that fits.
  const replicated = mode === undefined || "Replicated" in mode;
  return replicated && mode?.Replicated.Replicas !== 0 ? "It does not run: it was stopped." : undefined;
}

const endsForGood = ({ mode, restart }: Pick<NormalizedRequest, "mode" | "restart">): boolean =>
  (restart !== undefined && restart.Condition !== "any") ||
  (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode));
