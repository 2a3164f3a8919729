import { DeploymentError, RESOURCE_KINDS, type ResourceKind } from "@openfactory/deploy-core";

/** What a swarm has. Volumes are those of the manager's own node: there are none that are all nodes'. */
export const swarmResourceKinds: readonly ResourceKind[] = RESOURCE_KINDS;

/** @throws DeploymentError `UNSUPPORTED` for a kind that there is not. */
export function checkKind(kind: ResourceKind): void {
  if (swarmResourceKinds.includes(kind)) return;
  throw new DeploymentError("UNSUPPORTED", `There is no resource of the kind ${JSON.stringify(kind)}.`, {
    hint: `There are: ${swarmResourceKinds.join(", ")}.`,
  });
}
