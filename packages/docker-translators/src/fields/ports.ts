import { isIP } from "node:net";
import { DeploymentError, type NormalizedRequest, type PublishedPort } from "@openfactory/deploy-core";
import type { ContainerCreateBody, HostConfig, PortBinding } from "../engine-api/container.js";
import type { EndpointPortConfig, ServiceCreateBody } from "../engine-api/service.js";
import type { TranslationContext } from "../api-version.js";

type PortsField = Pick<NormalizedRequest, "ports">;

/** A port in the container as the engine names it: `80/tcp`. */
const portKey = (port: PublishedPort): string => `${port.target}/${port.protocol}`;

/** `ports` to `ExposedPorts` of ContainerConfig. */
export function toExposedPorts({ ports = [] }: PortsField): Pick<ContainerCreateBody, "ExposedPorts"> {
  if (ports.length === 0) return {};
  return { ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])) };
}

/**
 * `ports` to `PortBindings` of HostConfig: a list for each container port, since one may have several host ports.
 * Without `published` the engine chooses a host port; without `hostAddress` it listens on all addresses. `mode` says
 * nothing here: a container's host is its only node.
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

/** The engine takes an address that it can't parse, such as one with a zone, for every address. */
function toHostIp({ hostAddress, target, protocol }: PublishedPort): string {
  if (hostAddress === undefined) return "";
  if (isIP(hostAddress) !== 0 && !hostAddress.includes("%")) return hostAddress;
  throw new DeploymentError(
    "INVALID_REQUEST",
    `Port ${target}/${protocol} can't be published on the host address ${hostAddress}: the engine would open the port to all.`,
    {
      field: "ports",
      hint: "Give an IP address without a zone.",
    },
  );
}

/**
 * `ports` to `EndpointSpec` of ServiceSpec.
 * @throws DeploymentError `UNSUPPORTED` for a host address (the swarm would open the port to all), and for one
 * container port on two host ports in `host` mode (the swarm's agent would keep the last only).
 */
export function toEndpointSpec(
  { ports = [] }: PortsField,
  context: Pick<TranslationContext, "service">,
): Pick<ServiceCreateBody, "EndpointSpec"> {
  if (ports.length === 0) return {};
  ports.forEach((port, index) => {
    refuseHostAddress(port, index, context.service);
    refuseSecondHostPort(ports, index, context.service);
  });
  return { EndpointSpec: { Ports: ports.map(toEndpointPort) } };
}

const toEndpointPort = (port: PublishedPort): EndpointPortConfig => ({
  Protocol: port.protocol,
  TargetPort: port.target,
  ...(port.published !== undefined && { PublishedPort: port.published }),
  PublishMode: port.mode,
});

/** Addresses that stand for all of the host's, and so restrict nothing. */
const ALL_ADDRESSES: readonly (string | undefined)[] = [undefined, "0.0.0.0", "::"];

function refuseHostAddress(port: PublishedPort, index: number, service: string): void {
  if (ALL_ADDRESSES.includes(port.hostAddress)) return;
  const what = `port ${portKey(port)} of service ${service} to host address ${port.hostAddress}`;
  throw new DeploymentError("UNSUPPORTED", `Swarm can't restrict ${what}: it would be open to all.`, {
    service,
    field: `ports[${index}].hostAddress`,
    hint: "Leave the host address out, or restrict access with the nodes' firewalls.",
  });
}

function refuseSecondHostPort(ports: readonly PublishedPort[], index: number, service: string): void {
  const port = ports[index]!;
  const isTwin = (other: PublishedPort) => other.mode === "host" && portKey(other) === portKey(port);
  if (port.mode !== "host" || ports.findIndex(isTwin) === index) return;
  throw new DeploymentError(
    "UNSUPPORTED",
    `Swarm can't publish port ${portKey(port)} of service ${service} on two host ports in host mode.`,
    { service, field: `ports[${index}]`, hint: "Publish it once in host mode, or use ingress mode for the others." },
  );
}
