import { posix } from "node:path";
import type { NormalizedRequest, OperationOptions, PublishedPort } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import type { InspectedContainer } from "../containers/group.js";
import { boundPorts, sameHostPort } from "../ports.js";

/** The resources of the host that a container uses, some of which it can't share with another container. */
export interface HostResources {
  /** Only ports that have a host port. */
  ports: readonly PublishedPort[];
  data: readonly DataSource[];
  /** Paths of devices on the host: two processes can't use a serial port at the same time. */
  devices: readonly string[];
  /** The container is on the host's network, where all its ports are host ports. */
  hostNetwork: boolean;
  /** The container is on a network with DNS, where others find it by its name. */
  hasDnsName: boolean;
}

/** A directory of the host, or a volume, with its device if that is known: two volumes can be one NFS export. */
interface DataSource {
  path?: string;
  volume?: string;
  device?: string;
  writable: boolean;
}

/** The engine's predefined networks, which have no DNS. */
const NETWORKS_WITHOUT_DNS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);

/**
 * Whether the new version can start while the current one still runs: they need no host resource that only one of them can
 * have, and the engine can rename a running container. On a node of a swarm it can't: its DNS keeps the old names (seen on
 * 20.10, 26.1 and 28.5). False if no container runs.
 */
export async function canRunTogether(
  engine: DockerEngine,
  current: readonly InspectedContainer[],
  wanted: readonly HostResources[],
  { signal }: OperationOptions,
): Promise<boolean> {
  const running = current.filter(({ active }) => active).map(({ details }) => hostResourcesOfContainer(details));
  if (running.length === 0) return false;
  if (!running.every((one) => wanted.every((other) => areCompatible(one, other)))) return false;
  if (![...running, ...wanted].some(({ hasDnsName }) => hasDnsName)) return true;
  const { Swarm } = await engine.info({ signal });
  return Swarm.LocalNodeState !== "active";
}

/** The devices that any number of processes can use at the same time. */
const SHARED_DEVICE = /^\/dev\/(?:null|zero|full|u?random|fuse|kvm|dri|net\/tun)(?:\/|$)/;

/**
 * Whether two containers share no host port, no device, and no data that one of them writes: two writers can corrupt a data
 * directory.
 */
export const areCompatible = (a: HostResources, b: HostResources): boolean =>
  !(a.hostNetwork && b.hostNetwork) &&
  !a.ports.some((port) => b.ports.some((other) => sameHostPort(port, other))) &&
  !a.devices.some((device) => !SHARED_DEVICE.test(device) && b.devices.some((other) => overlap(device, other))) &&
  !a.data.some((one) => b.data.some((other) => (one.writable || other.writable) && sameData(one, other)));

export function hostResourcesOfRequest({
  ports = [],
  mounts = [],
  devices = [],
  networks = [],
}: NormalizedRequest): HostResources {
  return {
    ports: ports.filter(({ published }) => published !== undefined),
    data: mounts.map(({ Type, Source, ReadOnly, VolumeOptions }) => ({
      ...(Type === "bind" && { path: Source }),
      ...(Type === "volume" && { volume: Source, ...deviceOf(VolumeOptions?.DriverConfig?.Options) }),
      writable: !ReadOnly && !isReadOnly(VolumeOptions?.DriverConfig?.Options),
    })),
    devices: devices.map(({ source }) => source),
    ...networkResources(networks),
  };
}

export function hostResourcesOfContainer({
  HostConfig,
  Mounts = [],
  NetworkSettings,
}: ContainerDetails): HostResources {
  const optionsOf = (volume?: string) =>
    HostConfig.Mounts?.find(({ Source }) => Source === volume)?.VolumeOptions?.DriverConfig?.Options;
  return {
    // The requested ports and, while the container runs, those that the engine chose.
    ports: [...boundPorts(HostConfig.PortBindings), ...boundPorts(NetworkSettings.Ports)].filter(
      ({ published }) => published,
    ),
    data: Mounts.map(({ Type, Source, Name, RW }) => ({
      ...(Type === "bind" && { path: Source }),
      ...(Type === "volume" && { volume: Name, ...deviceOf(optionsOf(Name)) }),
      writable: RW && !isReadOnly(optionsOf(Name)),
    })),
    devices: (HostConfig.Devices ?? []).map(({ PathOnHost }) => PathOnHost),
    ...networkResources(Object.keys(NetworkSettings.Networks)),
  };
}

const networkResources = (networks: readonly string[]): Pick<HostResources, "hostNetwork" | "hasDnsName"> => ({
  hostNetwork: networks.includes("host"),
  hasDnsName: networks.some((network) => !NETWORKS_WITHOUT_DNS.has(network)),
});

/** Whether the local driver mounts a volume read-only, such as an NFS export with the option `ro`. */
const isReadOnly = ({ o = "" }: Readonly<Record<string, string>> = {}): boolean => /(?:^|,)ro(?:,|$)/.test(o);

/** What the local driver mounts for a volume: a directory of the host, or a device, such as the NFS export of a server. */
function deviceOf({ device, o = "", type }: Readonly<Record<string, string>> = {}): Pick<
  DataSource,
  "path" | "device"
> {
  // Each tmpfs is memory of its own.
  if (device === undefined || type === "tmpfs") return {};
  if (/(?:^|,)r?bind(?:,|$)/.test(o)) return { path: device };
  return { device: `${/(?:^|,)addr=([^,]*)/.exec(o)?.[1] ?? ""}${device}` };
}

const sameData = (a: DataSource, b: DataSource): boolean =>
  isSame(a.volume, b.volume) ||
  isSame(a.device, b.device) ||
  (a.path !== undefined && b.path !== undefined && overlap(a.path, b.path));

const isSame = (a: string | undefined, b: string | undefined): boolean => a !== undefined && a === b;

/** Whether two paths are the same, or one contains the other. */
const overlap = (a: string, b: string): boolean => {
  const [first, second] = [withSlash(a), withSlash(b)];
  return first.startsWith(second) || second.startsWith(first);
};

const withSlash = (path: string): string => `${posix.normalize(path).replace(/\/$/, "")}/`;
