import type { InstanceStatus } from "@openfactory/deploy-core";
import { registryOf, type ServiceDetails } from "@openfactory/docker-engine";
import { PULL_POLICY_LABEL } from "@openfactory/docker-translators";

/**
 * Whether a node rejected a task since it had no such image, and got none by a pull of its own. Only words tell it: that
 * the pull failed, and why, stands in the node's log alone (Engine API, Task).
 */
export const lacksImage = (instance: Pick<InstanceStatus, "engineState" | "error"> | undefined): boolean =>
  instance?.engineState === "rejected" && /no such image/i.test(instance.error ?? "");

/** What to do about it, which depends on whether nodes are meant to pull. */
export function missingImageHint({ Spec }: ServiceDetails, { node = "the node" }: { node?: string } = {}): string {
  if (Spec.Labels?.[PULL_POLICY_LABEL] === "never") {
    return `The pull policy is never: load the image on ${node} (docker load) and on every node that may run it, or keep the service off it by a constraint.`;
  }
  const registry = registryOf(Spec.TaskTemplate.ContainerSpec?.Image ?? "") ?? "the registry";
  return (
    `See that ${registry} has the image, that ${node} can reach it, and that the service's credentials are good ` +
    "(docker login, then `ofdeploy refresh-auth`); or load the image on every node that may run it."
  );
}
