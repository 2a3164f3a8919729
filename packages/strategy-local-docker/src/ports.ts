import { isIPv4 } from "node:net";
import type { PublishedPort } from "@openfactory/deploy-core";
import type { ContainerDetails, ContainerSummary } from "@openfactory/docker-engine";

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
