import { createdShape, networksShape } from "../answers/shapes.js";
import type { ServiceSpec } from "@openfactory/docker-translators";
import { dial, filterQuery, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import { inspectNetwork } from "../connection/shared-calls.js";
import type { Networks, CallOptions, DockerEngine } from "../engine.js";
import { explainConnect } from "./explain-errors.js";
import { createdWith, removed } from "./recheck.js";

export function networksOf(client: Client): Networks {
  return {
    list: async (filters, options) =>
      client.json(
        { action: "list networks", read: true },
        networksShape,
        (docker, abortSignal) => docker.listNetworks({ ...filterQuery(filters), abortSignal }),
        options,
      ),
    inspect: (name, options) => inspectNetwork(client, name, options),
    async create(body, options) {
      const { Name, Labels } = body as { Name?: string; Labels?: Record<string, string> };
      const recheck = createdWith(
        Labels,
        (calls, at) => inspectNetwork(calls, Name ?? "", at),
        (network) => network.Labels,
        ({ Id }) => ({ Id }),
      );
      const { Id, Warning } = await client.json(
        { action: `create network ${Name}`, recheck },
        createdShape,
        // Not dockerode's createNetwork(): it drops the warning.
        (docker, signal) => dial(docker, { method: "POST", path: "/networks/create", body }, signal),
        options,
      );
      return Warning ? { id: Id, warning: Warning } : { id: Id };
    },
    async connect(name, body, options) {
      try {
        await client.send(
          { action: `connect to network ${name}` },
          (docker, abortSignal) => docker.getNetwork(segment(name)).connect({ ...body, abortSignal } as object),
          options,
        );
      } catch (error) {
        throw await explainConnect(error, client, name, options);
      }
    },
    async remove(name, options) {
      await (await client.dialect(options)).assertNetworkUnused(client, name, options);
      await client.send(
        { action: `remove network ${name}`, recheck: removed((calls, at) => inspectNetwork(calls, name, at)) },
        (docker, abortSignal) => docker.getNetwork(segment(name)).remove({ abortSignal }),
        options,
      );
    },
  };
}

/**
 * The services and containers on a network, sorted: `service web`, `container db`. A swarm service includes its tasks.
 * Containers of other nodes are missing, and so is everything that the engine does not report.
 */
export async function networkUsers(
  engine: DockerEngine,
  { id, name: known }: { id: string; name?: string },
  options: CallOptions = {},
): Promise<string[]> {
  const [services, network] = await Promise.all([
    // The engine may not be a swarm manager.
    engine.services.list({}, options).catch(() => []),
    engine.networks.inspect(id, options).catch(() => undefined),
  ]);
  const name = network?.Name ?? known ?? id;
  const using = services
    .filter(({ Spec }) => targetsOf(Spec).some((target) => target === id || target === name))
    .map(({ Spec }) => Spec.Name);
  const isTask = (container: string): boolean => services.some(({ Spec }) => container.startsWith(`${Spec.Name}.`));
  // The engine lists the load balancer of an overlay network as a container.
  const containers = Object.values(network?.Containers ?? {})
    .map(({ Name }) => Name)
    .filter((container) => container !== `${name}-endpoint` && !isTask(container));
  return [
    ...using.map((service) => `service ${service}`),
    ...containers.map((container) => `container ${container}`),
  ].sort();
}

const targetsOf = ({ TaskTemplate }: ServiceSpec): string[] =>
  (TaskTemplate.Networks ?? []).map(({ Target }) => Target);
