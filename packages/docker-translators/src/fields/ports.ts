import { isIP } from "node:net";
import {
  DeploymentError,
  type NormalizedRequest,
  type PublishedPort,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type {
  ContainerCreateBody,
  HostConfig,
  InspectedContainer,
  PortBinding,
} from "../engine-api/container-types.js";
import type { EndpointPortConfig, ServiceCreateBody } from "../engine-api/service-types.js";
import { sortedBy } from "../plain-data.js";

type PortsField = Pick<NormalizedRequest, "ports">;
type PortsSetting = Pick<ServiceSettings, "ports">;

/** A container port as the engine names it: `80/tcp`. */
const portKey = (port: PublishedPort): string => `${port.target}/${port.protocol}`;

/** `ports` to `ExposedPorts` of ContainerConfig. */
export function toExposedPorts({ ports = [] }: PortsField): Pick<ContainerCreateBody, "ExposedPorts"> {
  if (ports.length === 0) return {};
  return { ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])) };
}

/**
 * `ports` to `PortBindings` of HostConfig: a list for each container port, which may have several host ports. Without
 * `published` the engine chooses a host port; without `hostAddress` it listens on all addresses. `mode` has no effect: a
 * container has one host.
 * @throws DeploymentError `INVALID_REQUEST` for a host address that the engine can't parse.
 */
export function toPortBindings({ ports = [] }: PortsField): Pick<HostConfig, "PortBindings"> {
  if (ports.length === 0) return {};
  const bindings: Record<string, PortBinding[]> = {};
  for (const port of ports) {
    const HostPort = port.published === undefined ? "" : `${port.published}`;
    (bindings[portKey(port)] ??= []).push({ HostIp: toHostIp(port), HostPort });
  }
  return { PortBindings: bindings };
}

/** An address that the engine can't parse, such as one with a zone, means all addresses to it. */
function toHostIp(port: PublishedPort): string {
  const { hostAddress } = port;
  if (hostAddress === undefined) return "";
  if (isIP(hostAddress) !== 0 && !hostAddress.includes("%")) return hostAddress;
  const message =
    `Port ${portKey(port)} can't be published on host address "${hostAddress}": ` +
    "the engine would publish it on all addresses.";
  throw new DeploymentError("INVALID_REQUEST", message, {
    field: "ports",
    hint: "Set hostAddress to an IP address without a zone.",
  });
}

/** `PortBindings` of HostConfig to `ports`, sorted. A host port that the engine chose is not part of the settings. */
export function fromPortBindings({ PortBindings }: InspectedContainer["HostConfig"]): PortsSetting {
  const ports = Object.entries(PortBindings ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).map((binding) => fromPortBinding(key, binding)),
  );
  return ports.length === 0 ? {} : { ports: sortedBy(ports, sortKey) };
}

/** A host port. Not 0, with which the engine chooses one, nor `8000-8005`, one of which it chooses. */
const isHostPort = (port: string): boolean => /^[1-9]\d*$/.test(port);

/** `80/tcp` with one of its bindings. All of them have the same mode: a container has one host. */
function fromPortBinding(key: string, { HostIp, HostPort }: PortBinding): PublishedPort {
  const [target, protocol = "tcp"] = key.split("/");
  return {
    target: Number(target),
    ...(isHostPort(HostPort) && { published: Number(HostPort) }),
    protocol: protocol as PublishedPort["protocol"],
    ...(HostIp && { hostAddress: HostIp }),
    mode: "ingress",
  };
}

/**
 * `ports` to `EndpointSpec` of ServiceSpec.
 * @throws DeploymentError `UNSUPPORTED` for a host address (Swarm publishes on all addresses), and for one container port
 * on two host ports in `host` mode (the swarm's agent keeps only the last one).
 */
export function toEndpointSpec(
  { ports = [] }: PortsField,
  context: Pick<TranslationContext, "service">,
): Pick<ServiceCreateBody, "EndpointSpec"> {
  if (ports.length === 0) return {};
  const inHostMode = new Set<string>();
  ports.forEach((port, index) => {
    refuseHostAddress(port, index, context.service);
    if (port.mode !== "host") return;
    if (inHostMode.has(portKey(port))) throw secondHostPort(port, index, context.service);
    inHostMode.add(portKey(port));
  });
  return { EndpointSpec: { Ports: ports.map(toEndpointPort) } };
}

const toEndpointPort = (port: PublishedPort): EndpointPortConfig => ({
  Protocol: port.protocol,
  TargetPort: port.target,
  ...(port.published !== undefined && { PublishedPort: port.published }),
  PublishMode: port.mode,
});

/** Host addresses that mean all addresses. */
const ALL_ADDRESSES: readonly (string | undefined)[] = [undefined, "0.0.0.0", "::"];

function refuseHostAddress(port: PublishedPort, index: number, service: string): void {
  if (ALL_ADDRESSES.includes(port.hostAddress)) return;
  const message =
    `Swarm can't publish port ${portKey(port)} of service ${service} on host address ${port.hostAddress} only: ` +
    "it would be open on all addresses.";
  throw new DeploymentError("UNSUPPORTED", message, {
    service,
    field: `ports[${index}].hostAddress`,
    hint: "Remove the host address, and restrict access with the firewalls of the nodes.",
  });
}

const secondHostPort = (port: PublishedPort, index: number, service: string): DeploymentError =>
  new DeploymentError(
    "UNSUPPORTED",
    `Swarm can't publish port ${portKey(port)} of service ${service} on two host ports in host mode.`,
    { service, field: `ports[${index}]`, hint: "Publish it once in host mode, or use ingress mode for the others." },
  );

/** `EndpointSpec.Ports` of ServiceSpec to `ports`, sorted. Ports that the swarm chose are in the service's `Endpoint` only. */
export function fromEndpointSpec({ EndpointSpec }: Answered<Pick<ServiceCreateBody, "EndpointSpec">>): PortsSetting {
  if (!EndpointSpec?.Ports?.length) return {};
  return { ports: sortedBy(EndpointSpec.Ports.map(fromEndpointPort), sortKey) };
}

const fromEndpointPort = ({
  Protocol,
  TargetPort,
  PublishedPort,
  PublishMode,
}: Answered<EndpointPortConfig>): PublishedPort => ({
  target: TargetPort ?? 0,
  ...(PublishedPort && { published: PublishedPort }),
  protocol: (Protocol || "tcp") as PublishedPort["protocol"],
  mode: (PublishMode || "ingress") as PublishedPort["mode"],
});

const digits = (port = 0): string => `${port}`.padStart(5, "0");

const sortKey = ({ target, protocol, published, hostAddress = "", mode }: PublishedPort): string =>
  [digits(target), protocol, digits(published), hostAddress, mode].join("/");
