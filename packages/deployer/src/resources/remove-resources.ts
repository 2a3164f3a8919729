import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type ResourceKind,
  supports,
} from "@openfactory/deploy-core";
import { asDeploymentError } from "../as-deployment-error.js";
import { eachBounded } from "../bounded.js";
import type { Observer } from "../events.js";
import type { ResourceVerdict } from "./resource-verdict.js";

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
