import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  type ResourceKind,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";

/**
 * The resources on the engine: of every kind that the project declares, and networks where an app joins one. One call for
 * each kind, which `plan` and `up` make alike, so that both see the same. Those of another orchestrator are among them: their
 * names are in use.
 * @param options.all kinds that the project does not declare, too.
 * @returns undefined: nothing has to be asked.
 */
export async function observeResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: CheckedProject,
  { all, signal }: OperationOptions & { all: boolean },
): Promise<Resource[] | undefined> {
  if (!supports(strategy, "resources")) return undefined;
  if (all) return strategy.listResources({ signal, foreign: true });
  const kinds = new Set<ResourceKind>(resources.map(({ spec }) => spec.kind));
  const joins = apps.some(({ request: { networks = [] } }) => networks.length > 0);
  if (joins && strategy.resourceKinds.includes("network")) kinds.add("network");
  return kinds.size === 0 ? undefined : strategy.listResources({ signal, kinds: [...kinds], foreign: true });
}
