import { isIPv4 } from "node:net";
import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type NormalizedRequest,
  type PublishedPort,
} from "@openfactory/deploy-core";
import type { ContainerDetails, ContainerSummary, DockerEngine } from "@openfactory/docker-engine";
import { inspectIfExists } from "./containers/operations.js";
import { unsupportedField } from "./warnings.js";

type Listed = ContainerSummary["Ports"][number];

/** The published ports of a listed container. */
export const listedPorts = (ports: readonly Listed[]): PublishedPort[] =>
  distinct(ports.filter(({ PublicPort }) => PublicPort !== undefined).map(toPublishedPort));

/** The published ports of an inspected container, `{"80/tcp": [{HostIp, HostPort}]}`. */
export const boundPorts = (ports: ContainerDetails["NetworkSettings"]["Ports"] | null): PublishedPort[] =>
  distinct(
    Object.entries(ports ?? {}).flatMap(([port, bindings]) => {
      const [target, type = "tcp"] = port.split("/");
      return (bindings ?? []).map(({ HostIp, HostPort }) =>
        toPublishedPort({ IP: HostIp, PrivatePort: Number(target), PublicPort: Number(HostPort), Type: type }),
      );
    }),
  );

const toPublishedPort = ({ IP, PrivatePort, PublicPort, Type }: Listed): PublishedPort => ({
  target: PrivatePort,
  published: PublicPort,
  protocol: Type === "udp" || Type === "sctp" ? Type : "tcp",
  ...(isEveryAddress(IP) ? {} : { hostAddress: IP }),
  mode: "ingress",
});

/** Whether two host addresses are the same: engines shorten IPv6 addresses, and write an IPv4-mapped IPv6 address as IPv4. */
export const sameAddress = (a: string | undefined, b: string | undefined): boolean =>
  isEveryAddress(a) ? isEveryAddress(b) : b !== undefined && canonical(a as string) === canonical(b);

function canonical(address: string): string {
  if (isIPv4(address)) return address;
  const { hostname } = new URL(`http://[${address}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

const isEveryAddress = (ip: string | undefined): boolean => !ip || ip === "0.0.0.0" || ip === "::";

/** Engines list a port that is published on all addresses twice, for IPv4 and for IPv6. */
const distinct = (ports: PublishedPort[]): PublishedPort[] => [
  ...new Map(ports.map((port) => [JSON.stringify(port), port])).values(),
];

/** Whether two ports can't both be published: the same host port, on the same address or one of them on all addresses. */
export const sameHostPort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined &&
  a.published === b.published &&
  a.protocol === b.protocol &&
  (isEveryAddress(a.hostAddress) || isEveryAddress(b.hostAddress) || sameAddress(a.hostAddress, b.hostAddress));

type PortRequest = Pick<NormalizedRequest, "name" | "ports" | "networks">;

/** Networks that publish no ports. The manifest reports them before any call. */
const REPORTED_BY_MANIFEST: ReadonlySet<string> = new Set(["host", "none"]);

/**
 * Compares the published ports of a container that was just started with its request: one call, none without ports. Internal,
 * macvlan and ipvlan networks publish no ports, and the engine does not report it.
 * @throws DeploymentError `UNSUPPORTED` in strict mode for a port that is not published; in any mode `ENGINE_ERROR` for a
 * port that is open on an address that the request does not name.
 */
export async function checkPublishedPorts(
  engine: DockerEngine,
  id: string,
  request: PortRequest,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  const { name, ports = [], networks = [] } = request;
  if (ports.length === 0 || networks.some((network) => REPORTED_BY_MANIFEST.has(network))) return [];
  const container = await inspectIfExists(engine, id, { signal: options.signal });
  // A process that has ended has no ports. The engine reports a container that waits for its restart as running.
  if (!container?.State.Running || container.State.Restarting) return [];
  const published = boundPorts(container.NetworkSettings.Ports);
  const open = published.find((port) => !ports.some((requested) => covers(requested, port)));
  if (open !== undefined) throw openOnOtherAddress(name, open);
  const missing = ports.filter((requested) => !published.some((port) => isSamePort(requested, port)));
  return missing.length === 0 ? [] : [unsupportedField(name, "ports", notPublished(missing, container), options)];
}

/** Whether a published port was requested, on an address that was requested. */
const covers = (requested: PublishedPort, port: PublishedPort): boolean =>
  isSamePort(requested, port) &&
  (requested.hostAddress === undefined || sameAddress(requested.hostAddress, port.hostAddress));

const isSamePort = (requested: PublishedPort, port: PublishedPort): boolean =>
  requested.target === port.target &&
  requested.protocol === port.protocol &&
  (requested.published === undefined || requested.published === port.published);

function notPublished(missing: readonly PublishedPort[], { NetworkSettings }: ContainerDetails): string {
  const list = missing
    .map(({ published, target, protocol }) => `${published ?? "any"}:${target}/${protocol}`)
    .join(", ");
  const networks = Object.keys(NetworkSettings.Networks).sort().join(", ");
  return `The engine did not publish ${list}: no network of the container publishes ports (${networks}). Internal, macvlan and ipvlan networks publish none.`;
}

function openOnOtherAddress(
  service: string,
  { target, protocol, published, hostAddress = "all addresses" }: PublishedPort,
): DeploymentError {
  return new DeploymentError(
    "ENGINE_ERROR",
    `The engine published port ${target}/${protocol} of ${service} on ${hostAddress}, port ${published}, which was not requested.`,
    {
      service,
      field: "ports",
      hint: "Set ports to a host address that the engine has, such as 127.0.0.1, or update the engine.",
    },
  );
}
