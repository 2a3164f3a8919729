import type { ServiceStatus } from "@openfactory/deploy-core";

interface Attached {
  NetworkSettings?: { Networks?: Readonly<Record<string, { NetworkID?: string }>> | null };
}

/** The networks that all of these containers are attached to; nothing where an engine (Podman) gives no ids. */
export function attachedNetworks([first, ...others]: readonly Attached[]): Pick<ServiceStatus, "networks"> {
  const networks = networksOf(first);
  if (networks === undefined) return {};
  const rest = others.map((container) => new Set(networksOf(container)?.map(({ id }) => id)));
  return { networks: networks.filter(({ id }) => rest.every((ids) => ids.has(id))) };
}

function networksOf(container: Attached | undefined): { id: string; name: string }[] | undefined {
  const joined = container?.NetworkSettings?.Networks;
  if (!joined) return undefined;
  const networks = Object.entries(joined).map(([name, { NetworkID: id = "" }]) => ({ id, name }));
  return networks.some(({ id, name }) => id === "" || id === name) ? undefined : networks;
}
