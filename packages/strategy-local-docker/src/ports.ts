import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type NormalizedRequest,
  type PublishedPort,
} from "@openfactory/deploy-core";
import type { ContainerDetails, ContainerSummary, DockerEngine } from "@openfactory/docker-engine";
import { isIPv4 } from "node:net";
import { inspectIfThere } from "./containers/operations.js";
import { unhonoured } from "./warnings.js";

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

/** Whether two host addresses mean the same: engines shorten IPv6 addresses, and write IPv4 ones that are mapped to IPv6 as IPv4. */
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

/** A port that is published on all addresses is given once for IPv4 and once for IPv6. */
const distinct = (ports: PublishedPort[]): PublishedPort[] => [
  ...new Map(ports.map((port) => [JSON.stringify(port), port])).values(),
];

/** Whether both would listen on one port of the host: at one address, or one of them at all. */
export const sameHostPort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined &&
  a.published === b.published &&
  a.protocol === b.protocol &&
  (isEveryAddress(a.hostAddress) || isEveryAddress(b.hostAddress) || sameAddress(a.hostAddress, b.hostAddress));

type Subject = Pick<NormalizedRequest, "name" | "ports" | "networks">;

/** Networks whose drivers publish no ports, as the manifest reports before any call. */
const REPORTED_BY_MANIFEST: ReadonlySet<string> = new Set(["host", "none"]);

/**
 * Compares the ports that the engine has published for a container that was just started with the ports of its request.
 * One call, and none without ports. An internal network publishes no port, and neither do macvlan and ipvlan: the engine
 * says nothing.
 * @throws DeploymentError `UNSUPPORTED` in strict mode for a port that is not published; in any mode `ENGINE_ERROR` for a
 * port that is open on an address that the request does not name.
 */
export async function checkPublished(
  engine: DockerEngine,
  id: string,
  request: Subject,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  const { name, ports = [], networks = [] } = request;
  if (ports.length === 0 || networks.some((network) => REPORTED_BY_MANIFEST.has(network))) return [];
  const container = await inspectIfThere(engine, id, { signal: options.signal });
  // A process that has ended already has no ports. The engine calls a container that waits for its restart running.
  if (!container?.State.Running || container.State.Restarting) return [];
  const published = boundPorts(container.NetworkSettings.Ports);
  const open = published.find((port) => !ports.some((asked) => covers(asked, port)));
  if (open !== undefined) throw openElsewhere(name, open);
  const missing = ports.filter((asked) => !published.some((port) => isFor(asked, port)));
  return missing.length === 0 ? [] : [unhonoured(name, "ports", notPublished(missing, container), options)];
}

/** Whether a published port is one that was asked for, at an address that was asked for. */
const covers = (asked: PublishedPort, port: PublishedPort): boolean =>
  isFor(asked, port) && (asked.hostAddress === undefined || sameAddress(asked.hostAddress, port.hostAddress));

const isFor = (asked: PublishedPort, port: PublishedPort): boolean =>
  asked.target === port.target &&
  asked.protocol === port.protocol &&
  (asked.published === undefined || asked.published === port.published);

function notPublished(missing: readonly PublishedPort[], { NetworkSettings }: ContainerDetails): string {
  const list = missing
    .map(({ published, target, protocol }) => `${published ?? "any"}:${target}/${protocol}`)
    .join(", ");
  const networks = Object.keys(NetworkSettings.Networks).sort().join(", ");
  return `The engine did not publish ${list}: no network of the container publishes ports (${networks}). Internal, macvlan and ipvlan networks do not.`;
}

function openElsewhere(
  service: string,
  { target, protocol, published, hostAddress = "every address" }: PublishedPort,
): DeploymentError {
  return new DeploymentError(
    "ENGINE_ERROR",
    `The engine opened port ${target}/${protocol} of ${service} on ${hostAddress}, port ${published}, which the request does not ask for.`,
    {
      service,
      field: "ports",
      hint: "Use a host address that the engine has, such as 127.0.0.1, or update the engine.",
    },
  );
}
