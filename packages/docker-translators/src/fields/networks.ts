import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerCreateBody, EndpointSettings, HostConfig, NetworkConnectBody } from "../engine-api/container.js";
import type { TaskSpec } from "../engine-api/service.js";
import { apiAtLeast } from "../api-version.js";

type NetworkFields = Pick<NormalizedRequest, "name" | "networks">;

/** The Engine API that takes all of a container's networks at creation; earlier ones take one. */
const SEVERAL_AT_CREATE = "1.44";

/** Networks of the engine's own: the engine resolves no names there, and refuses aliases. */
const PREDEFINED = new Set(["default", "bridge", "host", "none"]);

/**
 * EndpointSettings of one network. On networks that users make, the engine resolves a container by its own name, as it
 * does a Swarm service by its. A container that is one of several of a service (`serviceName` differs from its own
 * name) gets the service's name as an alias, so that other containers find the service by the same name as on Swarm.
 */
export function toEndpointSettings(
  request: Pick<NormalizedRequest, "name">,
  network: string,
  serviceName: string = request.name,
): EndpointSettings {
  return serviceName === request.name || PREDEFINED.has(network) ? {} : { Aliases: [serviceName] };
}

/** `networks` to `NetworkMode` of HostConfig: the first; without networks, the engine's default bridge. */
export const toNetworkMode = ({ networks }: NetworkFields): Pick<HostConfig, "NetworkMode"> =>
  networks?.[0] === undefined ? {} : { NetworkMode: networks[0] };

/** `networks` to `NetworkingConfig` of ContainerCreate: all of them on API 1.44 and later, the first before. */
export function toNetworkingConfig(
  request: NetworkFields,
  options: { apiVersion: string; serviceName?: string },
): Pick<ContainerCreateBody, "NetworkingConfig"> {
  const networks = request.networks ?? [];
  const joined = apiAtLeast(options.apiVersion, SEVERAL_AT_CREATE) ? networks : networks.slice(0, 1);
  if (joined.length === 0) return {};
  const endpoints = joined.map((network) => [network, toEndpointSettings(request, network, options.serviceName)]);
  return { NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) } };
}

/**
 * The networks that `toContainerCreateBody` could not name: the container has to be connected to them between its
 * creation and its start, so that the process finds all of them. None on API 1.44 and later.
 */
export const networksToConnect = (
  { networks = [] }: Pick<NormalizedRequest, "networks">,
  options: { apiVersion: string },
): string[] => (apiAtLeast(options.apiVersion, SEVERAL_AT_CREATE) ? [] : networks.slice(1));

/** The body of NetworkConnect for one of {@link networksToConnect}; `container` is an id. */
export const toNetworkConnectBody = (
  request: Pick<NormalizedRequest, "name">,
  network: string,
  options: { container: string; serviceName?: string },
): NetworkConnectBody => ({
  Container: options.container,
  EndpointConfig: toEndpointSettings(request, network, options.serviceName),
});

/** `networks` to `Networks` of TaskSpec. */
export const toTaskNetworks = ({ networks = [] }: Pick<NormalizedRequest, "networks">): Pick<TaskSpec, "Networks"> =>
  networks.length === 0 ? {} : { Networks: networks.map((Target) => ({ Target })) };
