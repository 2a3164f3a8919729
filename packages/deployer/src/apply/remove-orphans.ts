import type { PlannedOrphan } from "../plan/plan.js";
import { removeServices } from "../remove/remove-services.js";
import type { RemovalVerdict } from "../remove/removal-verdict.js";
import type { UpRun } from "./up-run.js";

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
