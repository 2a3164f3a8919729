import type { ImageConfig, InspectedContainer } from "./engine-api/container-types.js";
import type { ServiceSpec } from "./engine-api/service-types.js";
import { parseTmpfs } from "./fields/mounts.js";
import { settingsWithoutField } from "./service-update.js";

// Settings of other tools for which a request has no field. A file or request that is made from a container or service
// lacks them, so they are listed. Values are shown if they are short and can't be secret; of maps, only the keys.

type Section = Readonly<Record<string, unknown>>;

/** The keys of HostConfig that are fields of a request, and those that say nothing about the container. */
const HOST_KEYS: ReadonlySet<string> = new Set(
  [
    "RestartPolicy PortBindings Mounts Binds Tmpfs NanoCpus Memory MemoryReservation PidsLimit Ulimits Init ReadonlyRootfs",
    "CapAdd CapDrop Privileged Devices GroupAdd ExtraHosts Dns DnsSearch DnsOptions Sysctls ShmSize LogConfig NetworkMode",
    // The size of the terminal, the file of `--cidfile`, defaults that differ between engines, and what is read below.
    "ConsoleSize ContainerIDFile CgroupnsMode MaskedPaths ReadonlyPaths MemorySwap SecurityOpt",
  ].flatMap((line) => line.split(" ")),
);

/** The keys of Config without a field. The others are fields, or belong to the command that created the container. */
const CONFIG_KEYS = ["Domainname", "MacAddress", "NetworkDisabled", "Shell"];

/** Values that engines fill in: Docker's, and Podman's. */
const HOST_DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  IpcMode: ["private", "shareable"],
  Isolation: ["default"],
  PidMode: ["private"],
  Runtime: ["runc", "crun", "oci"],
  UTSMode: ["private"],
  UsernsMode: ["private"],
  MemorySwappiness: [-1],
};

/** Engines name the keys, and every object inherits properties such as `constructor`. */
const isDefault = (defaults: Readonly<Record<string, readonly unknown[]>>, key: string, value: unknown): boolean =>
  Object.hasOwn(defaults, key) && defaults[key]?.includes(value) === true;

/**
 * The settings of a container for which a request has no field, as the engine names them: `HostConfig.PidMode: host`. A
 * file made from {@link fromContainer} lacks them.
 * @param image config of the container's image. Default: unknown.
 */
export function unmappedContainerSettings(container: InspectedContainer, image: ImageConfig = {}): string[] {
  const { Config, HostConfig } = container;
  const host = Object.entries(HostConfig)
    .filter(([key, value]) => !HOST_KEYS.has(key) && !isEmpty(value) && !isDefault(HOST_DEFAULTS, key, value))
    .map(([key, value]) => shown(`HostConfig.${key}`, value));
  const config = CONFIG_KEYS.filter((key) => !isEmpty(sectionOf(Config)[key])).map((key) =>
    shown(`Config.${key}`, sectionOf(Config)[key]),
  );
  return [
    ...config,
    ...unmappedVolumes(container),
    ...unmappedPorts(container, image),
    ...host,
    ...unmappedHostValues(HostConfig),
    ...unmappedEndpoints(container),
  ];
}

/** Volumes without a name: their data stays with the container. */
function unmappedVolumes({ Config, HostConfig: { Mounts, Binds, Tmpfs } }: InspectedContainer): string[] {
  const targets = new Set([
    ...(Mounts ?? []).map(({ Target }) => Target),
    ...(Binds ?? []).map((bind) => bind.split(":")[1] ?? bind),
    ...Object.keys(Tmpfs ?? {}),
  ]);
  return Object.keys(sectionOf(sectionOf(Config)["Volumes"]))
    .filter((target) => !targets.has(target))
    .map((target) => `Config.Volumes: ${target}, an anonymous volume`);
}

/** Ports that are exposed without being published, and those that are published on a port of a range. */
function unmappedPorts({ Config, HostConfig: { PortBindings } }: InspectedContainer, image: ImageConfig): string[] {
  const known = new Set([
    ...Object.keys(PortBindings ?? {}),
    ...Object.keys(sectionOf(sectionOf(image)["ExposedPorts"])),
  ]);
  const exposed = Object.keys(Config.ExposedPorts ?? {}).filter((port) => !known.has(port));
  const ranges = Object.entries(PortBindings ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).filter(({ HostPort }) => HostPort.includes("-")).map(({ HostPort }) => `${port} on ${HostPort}`),
  );
  return [
    ...exposed.map((port) => `Config.ExposedPorts: ${port}, not published`),
    ...ranges.map((range) => `HostConfig.PortBindings: ${range}, a range`),
  ];
}

/** The values of keys of which only some values are fields. */
function unmappedHostValues(host: InspectedContainer["HostConfig"]): string[] {
  const { MemorySwap, Memory, Privileged, NetworkMode, Ulimits, Binds, Tmpfs } = host;
  const isUsualSwap = !MemorySwap || MemorySwap === (Memory ?? 0) * 2;
  // The engine turns labels off for a container that is privileged or shares processes with the host.
  const hasNoLabels = Privileged === true || host["PidMode"] === "host" || host["IpcMode"] === "host";
  const security = listOf(host["SecurityOpt"]).filter((option) => !(hasNoLabels && option === "label=disable"));
  const isUnmasked = !Privileged && Array.isArray(host["MaskedPaths"]) && host["MaskedPaths"].length === 0;
  return [
    ...(isUsualSwap ? [] : [shown("HostConfig.MemorySwap", MemorySwap)]),
    ...security.map((option) => shown("HostConfig.SecurityOpt", option)),
    ...(isUnmasked ? ["HostConfig.MaskedPaths: none"] : []),
    ...(NetworkMode?.startsWith("container:") ? [shown("HostConfig.NetworkMode", NetworkMode)] : []),
    ...(Ulimits ?? [])
      .filter(({ Name, Soft, Hard }) => Name !== "nofile" || Soft !== Hard)
      .map(({ Name, Soft, Hard }) => `HostConfig.Ulimits: ${Name}=${Soft}:${Hard}`),
    ...(Binds ?? []).flatMap((bind) =>
      (bind.split(":")[2]?.split(",") ?? [])
        .filter((option) => !["rw", "ro", "nocopy", "rprivate", ""].includes(option))
        .map((option) => `HostConfig.Binds: the option ${option} of ${bind.split(":")[1]}`),
    ),
    ...Object.entries(Tmpfs ?? {}).flatMap(([target, options]) =>
      parseTmpfs(target, options).rest.map((option) => `HostConfig.Tmpfs: the option ${option} of ${target}`),
    ),
  ];
}

/** Fixed addresses, links and driver options of networks. */
const unmappedEndpoints = ({ NetworkSettings: { Networks } }: InspectedContainer): string[] =>
  Object.entries(Networks).flatMap(([network, endpoint]) =>
    ["IPAMConfig", "Links", "DriverOpts"]
      .filter((key) => !isEmpty(sectionOf(endpoint)[key]))
      .map((key) => shown(`NetworkSettings.Networks.${network}.${key}`, sectionOf(endpoint)[key])),
  );

/** Sections and values that a swarm, or the docker command, fills in. */
const SERVICE_DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  "TaskTemplate.Runtime": ["container"],
  "TaskTemplate.ContainerSpec.Isolation": ["default"],
  "EndpointSpec.Mode": ["vip"],
};
const SERVICE_BOOKKEEPING: ReadonlySet<string> = new Set([
  "TaskTemplate.ForceUpdate",
  "TaskTemplate.Placement.Platforms",
]);

/**
 * The settings of a service for which a request has no field, as the engine names them:
 * `TaskTemplate.Placement.MaxReplicas: 1`. An update in place keeps them: see {@link mergeServiceSpec}. A file made from
 * {@link fromServiceSpec} lacks them.
 */
export const unmappedServiceSettings = (spec: ServiceSpec): string[] =>
  settingsWithoutField(spec)
    .filter(
      ([path, value]) => !SERVICE_BOOKKEEPING.has(path) && !isEmpty(value) && !isDefault(SERVICE_DEFAULTS, path, value),
    )
    .map(([path, value]) => shown(path, value));

/** What engines write for a setting that is not set, at every depth. */
const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null ? Object.values(value).every(isEmpty) : !value;

const MAX_LENGTH = 80;

/** Of a map, only the keys are shown: values of options can be secret. */
function shown(path: string, value: unknown): string {
  if (typeof value !== "object" || value === null) return `${path}: ${shortened(String(value))}`;
  const parts = Array.isArray(value) ? value.filter((part) => typeof part === "string") : Object.keys(value);
  return parts.length === 0 ? path : `${path}: ${shortened(parts.join(", "))}`;
}

const shortened = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text);

const sectionOf = (value: unknown): Section => (typeof value === "object" && value !== null ? (value as Section) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
