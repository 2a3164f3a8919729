import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import type { PlannedApp } from "../plan/plan.js";
import { resourceId, resourcesOf } from "../resources/resource-id.js";

/**
 * The resources on the engine, one call for each kind; undefined: nothing has to be asked, since the project has none, or
 * since all that it has is in use by services that are unchanged.
 * @param options.all those of the project that the file no longer names are looked for too.
 */
export async function observeResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: CheckedProject,
  planned: readonly PlannedApp[],
  { all, signal }: OperationOptions & { all: boolean },
): Promise<Resource[] | undefined> {
  if (!supports(strategy, "resources")) return undefined;
  if (all) return strategy.listResources({ signal });
  const used = new Set(apps.flatMap(({ request }) => resourcesOf(request)));
  const isSettled = planned.every(({ action }) => action === "unchanged") && resources.every(({ spec }) => used.has(resourceId(spec)));
  if (isSettled || resources.length === 0) return undefined;
  return strategy.listResources({ signal, kinds: [...new Set(resources.map(({ spec }) => spec.kind))] });
}
