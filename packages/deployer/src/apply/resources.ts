import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type ResourceKind,
  supports,
} from "@openfactory/deploy-core";
import type { UpRun } from "./run.js";
import { eachBounded } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import type { Observer } from "../model/events.js";
import type { PlannedResource } from "../model/plan.js";
import type { DesiredResource } from "../model/project.js";
import type { ResourceVerdict } from "../model/report.js";
import { markedResource, resourceId } from "../model/resources.js";
import type { Change } from "../revert/journal.js";

const MADE_AT_ONCE = 4;

/** Makes the resources that a plan asks for. A failure ends the run, and is told; never rejects. */
export async function makeResources(
  desired: readonly DesiredResource[],
  planned: readonly PlannedResource[],
  run: UpRun,
): Promise<ResourceVerdict[]> {
  const missing = new Set(planned.filter(({ action }) => action === "create").map(resourceId));
  const wanted = desired.filter(({ spec }) => missing.has(resourceId(spec)));
  return eachBounded(MADE_AT_ONCE, wanted, async (resource) => {
    const verdict = await createOne(resource, run);
    run.observer?.({ type: "resource", resource: verdict });
    return verdict;
  });
}

async function createOne(desired: DesiredResource, run: UpRun): Promise<ResourceVerdict> {
  const { strategy, scope, id, signal, journal } = run;
  const { kind, name } = desired.spec;
  if (signal.aborted || !supports(strategy, "resources")) return { kind, name, outcome: "skipped" };
  const change: Change = { kind: "resource", resource: { kind, name } };
  journal.begin(change);
  try {
    await strategy.createResource(markedResource(desired, scope, id), { signal });
    journal.confirm(change);
    return { kind, name, outcome: "created" };
  } catch (error) {
    const failure = asDeploymentError(error, name, strategy);
    if (signal.aborted && failure.code === "ABORTED") return { kind, name, outcome: "skipped" };
    run.noteFailure(desired.key);
    return { kind, name, outcome: "failed", error: failure };
  }
}

const REMOVED_AT_ONCE = 4;

/** Removes resources; goes on past failures, which are told. What is gone already counts as removed. Never rejects. */
export async function removeResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  resources: readonly { kind: ResourceKind; name: string }[],
  { signal, timeoutMs, observer }: { signal?: AbortSignal; timeoutMs?: number; observer?: Observer },
): Promise<ResourceVerdict[]> {
  return eachBounded(REMOVED_AT_ONCE, resources, async ({ kind, name }) => {
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
