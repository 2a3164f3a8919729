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
  (isEveryAddress(a.hostAddress) || isEveryAddress(b.hostAddress) || a.hostAddress === b.hostAddress);
