import type { NormalizedRequest, OperationOptions, PublishedPort } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { posix } from "node:path";
import type { SeenMember } from "../containers/group.js";
import { boundPorts, sameHostPort } from "../ports.js";

/** What two processes can't both have, or had better not. */
export interface Claims {
  /** With a host port. */
  ports: readonly PublishedPort[];
  data: readonly Data[];
  /** It is on the host's network, where any of its ports is the host's. */
  hostNetwork: boolean;
  /** It is on a network on which others find it by its name. */
  named: boolean;
}

/** A folder of the host's, or a volume, with what it stands for if it is known: two volumes can be one NFS export. */
interface Data {
  path?: string;
  volume?: string;
  device?: string;
  writable: boolean;
}

/** Networks of the engine's own: it resolves no names there. */
const NAMELESS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);

const networkClaims = (networks: readonly string[]): Pick<Claims, "hostNetwork" | "named"> => ({
  hostNetwork: networks.includes("host"),
  named: networks.some((network) => !NAMELESS.has(network)),
});

export function claimsOfRequest({ ports = [], mounts = [], networks = [] }: NormalizedRequest): Claims {
  return {
    ports: ports.filter(({ published }) => published !== undefined),
    data: mounts.map(({ Type, Source, ReadOnly, VolumeOptions }) => ({
      ...(Type === "bind" && { path: Source }),
      ...(Type === "volume" && { volume: Source, ...deviceIn(VolumeOptions?.DriverConfig?.Options) }),
      writable: !ReadOnly && !isReadOnly(VolumeOptions?.DriverConfig?.Options),
    })),
    ...networkClaims(networks),
  };
}

export function claimsOfContainer({ HostConfig, Mounts = [], NetworkSettings }: ContainerDetails): Claims {
  const optionsOf = (volume?: string) =>
    HostConfig.Mounts?.find(({ Source }) => Source === volume)?.VolumeOptions?.DriverConfig?.Options;
  return {
    // Those that are asked for; and while it runs, those that the engine chose.
    ports: [...boundPorts(HostConfig.PortBindings), ...boundPorts(NetworkSettings.Ports)].filter(
      ({ published }) => published,
    ),
    data: Mounts.map(({ Type, Source, Name, RW }) => ({
      ...(Type === "bind" && { path: Source }),
      ...(Type === "volume" && { volume: Name, ...deviceIn(optionsOf(Name)) }),
      writable: RW && !isReadOnly(optionsOf(Name)),
    })),
    ...networkClaims(Object.keys(NetworkSettings.Networks)),
  };
}

/** Whether the local driver mounts a volume read-only, as an NFS export with the option `ro`. */
const isReadOnly = ({ o = "" }: Readonly<Record<string, string>> = {}): boolean => /(?:^|,)ro(?:,|$)/.test(o);

/** What the local driver mounts for a volume: a folder of the host's, or a device, such as an NFS export of a server. */
function deviceIn({ device, o = "", type }: Readonly<Record<string, string>> = {}): Pick<Data, "path" | "device"> {
  // Memory is nobody else's.
  if (device === undefined || type === "tmpfs") return {};
  if (/(?:^|,)r?bind(?:,|$)/.test(o)) return { path: device };
  return { device: `${/(?:^|,)addr=([^,]*)/.exec(o)?.[1] ?? ""}${device}` };
}

/**
 * Whether two processes may run at the same time: no host port that both listen on, and no data that both have of which
 * one writes, since two processes on one data directory corrupt it.
 */
export const canCoexist = (a: Claims, b: Claims): boolean =>
  !(a.hostNetwork && b.hostNetwork) &&
  !a.ports.some((port) => b.ports.some((other) => sameHostPort(port, other))) &&
  !a.data.some((one) => b.data.some((other) => (one.writable || other.writable) && sameData(one, other)));

const same = (a: string | undefined, b: string | undefined): boolean => a !== undefined && a === b;

const sameData = (a: Data, b: Data): boolean =>
  same(a.volume, b.volume) ||
  same(a.device, b.device) ||
  (a.path !== undefined && b.path !== undefined && nested(a.path, b.path));

/** One path is the other, or holds it. */
const nested = (a: string, b: string): boolean => {
  const [first, second] = [withSlash(a), withSlash(b)];
  return first.startsWith(second) || second.startsWith(first);
};

const withSlash = (path: string): string => `${posix.normalize(path).replace(/\/$/, "")}/`;

/**
 * Whether the new version can prove itself while what is there runs on: neither has what the other needs for itself, and
 * the engine lets a process that runs change its name. One that is in a swarm keeps the old names in its name service
 * (seen on 20.10, 26.1 and 28.5).
 */
export async function mayCoexist(
  engine: DockerEngine,
  current: readonly SeenMember[],
  wanted: readonly Claims[],
  { signal }: OperationOptions,
): Promise<boolean> {
  const running = current.filter(({ active }) => active).map(({ details }) => claimsOfContainer(details));
  if (running.length === 0) return false;
  if (!running.every((one) => wanted.every((other) => canCoexist(one, other)))) return false;
  if (![...running, ...wanted].some(({ named }) => named)) return true;
  const { Swarm } = await engine.info({ signal });
  return Swarm.LocalNodeState !== "active";
}
