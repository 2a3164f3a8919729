import type { CallOptions, DockerEngine } from "./engine.js";
import type { ServiceSpec } from "./engine-types.js";

/**
 * What is on a network, by names and sorted: `service web`, `container db`. Services of a swarm stand for their tasks. As far
 * as the engine tells: containers of other nodes are not seen, and what can't be asked is left out.
 */
export async function networkUsers(
  engine: DockerEngine,
  { id, name: known }: { id: string; name?: string },
  options: CallOptions = {},
): Promise<string[]> {
  const [services, network] = await Promise.all([
    // Not every engine manages a swarm.
    engine.services.list({}, options).catch(() => []),
    engine.networks.inspect(id, options).catch(() => undefined),
  ]);
  const name = network?.Name ?? known ?? id;
  const using = services
    .filter(({ Spec }) => targetsOf(Spec).some((target) => target === id || target === name))
    .map(({ Spec }) => Spec.Name);
  const isTask = (container: string): boolean => services.some(({ Spec }) => container.startsWith(`${Spec.Name}.`));
  // Of an overlay network, the engine counts its own load balancer as a container.
  const containers = Object.values(network?.Containers ?? {})
    .map(({ Name }) => Name)
    .filter((container) => container !== `${name}-endpoint` && !isTask(container));
  return [
    ...using.map((service) => `service ${service}`),
    ...containers.map((container) => `container ${container}`),
  ].sort();
}

const targetsOf = ({ TaskTemplate }: ServiceSpec): (string | undefined)[] =>
  ((TaskTemplate as { Networks?: { Target?: string }[] | null }).Networks ?? []).map(({ Target }) => Target);
