import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import { apiAtLeast } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type {
  ContainerCreateBody,
  EndpointSettings,
  HostConfig,
  InspectedContainer,
  NetworkConnectBody,
} from "../engine-api/container-types.js";
import type { TaskSpec } from "../engine-api/service-types.js";
import { sortedSet } from "../plain-data.js";

type NetworkFields = Pick<NormalizedRequest, "name" | "networks" | "networkAliases">;

type AliasFields = Pick<NormalizedRequest, "name" | "networkAliases">;

/** The first Engine API that connects a new container to several networks; earlier ones connect it to one. */
const SEVERAL_NETWORKS_API = "1.44";

/** Networks that exist on every engine. They have no name resolution, and the engine rejects aliases on them. */
const PREDEFINED = new Set(["default", "bridge", "host", "none"]);

/** The network of a container that requests none. */
const DEFAULT_NETWORK = "bridge";

/**
 * EndpointSettings of one network. On a user-defined network, the engine resolves a container by its name, as it resolves
 * a Swarm service. A container that is one of several of a service (`serviceName` differs from its own name) gets the
 * service's name as an alias, so that other containers find the service by the same name as on Swarm.
 */
function toEndpointSettings(
  { name, networkAliases = [] }: AliasFields,
  network: string,
  serviceName: string = name,
): EndpointSettings {
  const aliases = [...(serviceName === name ? [] : [serviceName]), ...networkAliases];
  return aliases.length === 0 || PREDEFINED.has(network) ? {} : { Aliases: aliases };
}

/** `networks` to `NetworkMode` of HostConfig: the first. Without networks, the engine uses its default bridge. */
export const toNetworkMode = ({ networks }: NetworkFields): Pick<HostConfig, "NetworkMode"> =>
  networks?.[0] === undefined ? {} : { NetworkMode: networks[0] };

/** `networks` to `NetworkingConfig` of ContainerCreate: all of them on API 1.44 and later, the first on earlier ones. */
export function toNetworkingConfig(
  request: NetworkFields,
  options: { apiVersion: string; serviceName?: string },
): Pick<ContainerCreateBody, "NetworkingConfig"> {
  const networks = request.networks ?? [];
  const joined = apiAtLeast(options.apiVersion, SEVERAL_NETWORKS_API) ? networks : networks.slice(0, 1);
  if (joined.length === 0) return {};
  const endpoints = joined.map((network) => [network, toEndpointSettings(request, network, options.serviceName)]);
  return { NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) } };
}

/**
 * The networks that are missing in the body of `toContainerCreateBody`: connect the container to them after its creation
 * and before its start, so that the process finds all of them. None on API 1.44 and later.
 */
export const networksToConnect = (
  { networks = [] }: Pick<NormalizedRequest, "networks">,
  options: { apiVersion: string },
): string[] => (apiAtLeast(options.apiVersion, SEVERAL_NETWORKS_API) ? [] : networks.slice(1));

/** The body of NetworkConnect for one of {@link networksToConnect}; `container` is an id. */
export const toNetworkConnectBody = (
  request: AliasFields,
  network: string,
  options: { container: string; serviceName?: string },
): NetworkConnectBody => ({
  Container: options.container,
  EndpointConfig: toEndpointSettings(request, network, options.serviceName),
});

/**
 * The names of a container's networks to `networks`, and their aliases to `networkAliases`, both sorted: their order has no
 * effect on the process. The engine adds the container's short id and its host name to the aliases.
 */
export function fromNetworkSettings({
  Id,
  Name,
  Config: { Hostname },
  NetworkSettings: { Networks },
}: Pick<InspectedContainer, "Id" | "Name" | "Config" | "NetworkSettings">): Pick<
  ServiceSettings,
  "networks" | "networkAliases"
> {
  const networks = Object.keys(Networks).sort();
  const isOwn = (alias: string): boolean =>
    `/${alias}` === Name || alias === Hostname || (Id !== "" && Id.startsWith(alias));
  const aliases = Object.values(Networks).flatMap(({ Aliases }) => (Aliases ?? []).filter((alias) => !isOwn(alias)));
  return {
    ...(networks.length === 0 || (networks.length === 1 && networks[0] === DEFAULT_NETWORK) ? {} : { networks }),
    ...(aliases.length > 0 && { networkAliases: sortedSet(aliases) }),
  };
}

/** NetworkSettings of a new container, as far as {@link fromNetworkSettings} reads them. */
export const toNetworkSettings = (request: NetworkFields): InspectedContainer["NetworkSettings"] => ({
  Networks: Object.fromEntries(
    (request.networks?.length ? request.networks : [DEFAULT_NETWORK]).map((network) => [
      network,
      toEndpointSettings(request, network),
    ]),
  ),
});

/** `networks` and `networkAliases` to `Networks` of TaskSpec. A predefined network of a node has no aliases. */
export const toTaskNetworks = ({
  networks = [],
  networkAliases: Aliases = [],
}: Pick<NetworkFields, "networks" | "networkAliases">): Pick<TaskSpec, "Networks"> =>
  networks.length === 0
    ? {}
    : {
        Networks: networks.map((Target) => ({
          Target,
          ...(Aliases.length > 0 && !PREDEFINED.has(Target) && { Aliases: [...Aliases] }),
        })),
      };

/** The names of networks by id: a ServiceSpec of an engine has ids, also where the request had names. */
export type NetworkNames = ReadonlyMap<string, string>;

/**
 * `Networks` of TaskSpec to `networks`, by name, and `networkAliases`, as sorted sets. A network without a known name keeps
 * its id.
 */
export function fromTaskNetworks(
  { Networks }: Answered<Pick<TaskSpec, "Networks">>,
  names: NetworkNames,
): Pick<ServiceSettings, "networks" | "networkAliases"> {
  const networks = sortedSet(Networks?.map(({ Target }) => names.get(Target) ?? Target));
  const networkAliases = sortedSet(Networks?.flatMap(({ Aliases }) => Aliases ?? []));
  return {
    ...(networks.length > 0 && { networks }),
    ...(networkAliases.length > 0 && { networkAliases }),
  };
}
