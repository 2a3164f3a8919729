import {
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type ResourceKind,
  supports,
} from "@openfactory/deploy-core";
import { asDeploymentError } from "../model/errors.js";
import type { Observer } from "../model/events.js";
import type { PlannedResource } from "../model/plan.js";
import type { DesiredResource } from "../model/project.js";
import type { ResourceVerdict } from "../model/report.js";
import { resourceId, withResourceLabels } from "../model/resources.js";
import type { Change } from "../revert/journal.js";
import type { Run } from "./run.js";

const RESOURCE_CONCURRENCY = 4;

/** Creates the missing resources of a plan. A failure ends the run. Never rejects. */
export async function createResources(
  desired: readonly DesiredResource[],
  planned: readonly PlannedResource[],
  run: Run,
): Promise<ResourceVerdict[]> {
  const missing = new Set(planned.filter(({ action }) => action === "create").map(resourceId));
  const wanted = desired.filter(({ spec }) => missing.has(resourceId(spec)));
  return mapLimit(RESOURCE_CONCURRENCY, wanted, async (resource) => {
    const verdict = await createOne(resource, run);
    run.observer?.({ type: "resource", resource: verdict });
    return verdict;
  });
}

async function createOne(desired: DesiredResource, run: Run): Promise<ResourceVerdict> {
  const { strategy, scope, id, signal, journal } = run;
  const { kind, name } = desired.spec;
  if (signal.aborted || !supports(strategy, "resources")) return { kind, name, outcome: "skipped" };
  const change: Change = { kind: "resource", resource: { kind, name } };
  journal.begin(change);
  try {
    await strategy.createResource(withResourceLabels(desired, scope, id), { signal });
    journal.confirm(change);
    return { kind, name, outcome: "created" };
  } catch (error) {
    const failure = asDeploymentError(error, name, strategy);
    if (signal.aborted && failure.code === "ABORTED") return { kind, name, outcome: "skipped" };
    run.recordFailure(desired.key);
    return { kind, name, outcome: "failed", error: failure };
  }
}

/** Removes resources. Continues after a failure; a missing resource counts as removed. Never rejects. */
export async function removeResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  resources: readonly { kind: ResourceKind; name: string }[],
  { signal, timeoutMs, observer }: { signal?: AbortSignal; timeoutMs?: number; observer?: Observer },
): Promise<ResourceVerdict[]> {
  return mapLimit(RESOURCE_CONCURRENCY, resources, async ({ kind, name }) => {
    const verdict = await removeOne();
    observer?.({ type: "resource", resource: verdict });
    return verdict;

    async function removeOne(): Promise<ResourceVerdict> {
      if (signal?.aborted || !supports(strategy, "resources")) return { kind, name, outcome: "skipped" };
      try {
        await strategy.removeResource(kind, name, { signal, ...(timeoutMs !== undefined && { timeoutMs }) });
        return { kind, name, outcome: "removed" };
      } catch (error) {
        if (DeploymentError.isInstance(error, "NOT_FOUND")) return { kind, name, outcome: "removed" };
        return { kind, name, outcome: "failed", error: asDeploymentError(error, name, strategy) };
      }
    }
  });
}
