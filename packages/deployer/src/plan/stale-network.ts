import type { Resource, ServiceStatus } from "@openfactory/deploy-core";
import type { CheckedProject, CheckedApp } from "../check/check-project.js";

/**
 * Why a service that runs is not attached to a network that its app asks for: the network was removed, or removed and
 * created again under the same name. Undefined: it is attached to all of them, as far as the platform tells.
 */
export function staleNetwork(
  { networks, replicas }: ServiceStatus,
  { request }: CheckedApp,
  listed: readonly Resource[] | undefined,
  { resources }: CheckedProject,
): string | undefined {
  if (networks === undefined || listed === undefined || replicas.running === 0) return undefined;
  const attached = new Set(networks.map(({ id }) => id));
  for (const name of request.networks ?? []) {
    const present = listed.filter((resource) => resource.kind === "network" && resource.name === name);
    if (present.some(({ id }) => attached.has(id))) continue;
    const isDeclared = resources.some(({ spec }) => spec.kind === "network" && spec.name === name);
    if (present.length === 0 && !isDeclared) continue;
    if (present.length === 0) return `The network ${name} that it was attached to was removed.`;
    const wasAttached = networks.some((network) => network.name === name || network.name === undefined);
    return wasAttached
      ? `The network ${name} was removed and created again, and it is attached to the earlier one.`
      : `It is no longer attached to the network ${name}.`;
  }
  return undefined;
}
