import type { EngineCalls } from "../connection/engine-call.js";
import { inspectVolume } from "../connection/shared-calls.js";
import type { CallOptions, ContainerBody } from "../engine.js";
import type { ContainerDetails, ContainerSummary } from "../engine-types.js";

/**
 * The label in which a container's requested configuration is recorded, as far as Podman's inspect differs from it.
 * It holds names of variables and of volumes, and no values: these may be secret.
 */
const REQUESTED_LABEL = "org.openfactory.deploy.podman";

type Config = ContainerDetails["Config"];
type HostConfig = ContainerDetails["HostConfig"];

interface RequestedConfig {
  image: string;
  /** Missing in labels of earlier releases, which could not request these fields. */
  process?: Partial<Record<(typeof RECORDED_PROCESS_FIELDS)[number], string>>;
  /** Those of {@link PODMAN_VARIABLES} that were requested. */
  env: string[];
  host: HostConfig;
}

/** Variables that Podman adds. */
const PODMAN_VARIABLES = ["container", "HOME", "HOSTNAME", "TERM"];
/** Podman's default process limit. Source: containers/common, `containers.conf`. */
const DEFAULT_PIDS_LIMIT = 2048;
const DEFAULT_NETWORK = "podman";

/** Fields that Podman omits or fills in, and that can't be changed after the creation. */
const RECORDED_FIELDS = [
  "NetworkMode",
  "PortBindings",
  "Mounts",
  "Ulimits",
  "Init",
  "CapAdd",
  "CapDrop",
  "Privileged",
  "Devices",
  "GroupAdd",
  "ExtraHosts",
  "Dns",
  "DnsSearch",
  "DnsOptions",
  "Sysctls",
  "ShmSize",
] as const satisfies readonly (keyof HostConfig)[];

/** The same for fields of the process, where Podman fills in its defaults and a signal's number. */
const RECORDED_PROCESS_FIELDS = ["WorkingDir", "StopSignal"] as const satisfies readonly (keyof Config)[];

type Mount = NonNullable<HostConfig["Mounts"]>[number];

const nameOf = (entry: string): string => entry.split("=", 1)[0] ?? "";

/** The body with the label that records it. */
export function withRequestedLabel(body: ContainerBody): ContainerBody {
  const { Image = "", Env, Labels } = body;
  const HostConfig = body.HostConfig ?? {};
  const given = new Set((Env ?? []).map(nameOf));
  const host: HostConfig = {
    ...Object.fromEntries(RECORDED_FIELDS.flatMap((key) => (HostConfig[key] == null ? [] : [[key, HostConfig[key]]]))),
    ...(HostConfig.PidsLimit && { PidsLimit: HostConfig.PidsLimit }),
    ...(HostConfig.LogConfig && { LogConfig: HostConfig.LogConfig }),
    ...(HostConfig.Mounts && { Mounts: HostConfig.Mounts.map(withoutOptions) }),
  };
  const process = Object.fromEntries(
    RECORDED_PROCESS_FIELDS.flatMap((key) => (body[key] === undefined ? [] : [[key, body[key]]])),
  );
  const requested: RequestedConfig = {
    image: Image,
    env: PODMAN_VARIABLES.filter((name) => given.has(name)),
    host,
    ...(Object.keys(process).length > 0 && { process }),
  };
  return { ...body, Labels: { ...Labels, [REQUESTED_LABEL]: JSON.stringify(requested) } };
}

/** The options of a volume may contain passwords. They are read from the volume again. */
function withoutOptions(mount: Mount): Mount {
  const { VolumeOptions } = mount;
  if (VolumeOptions?.DriverConfig?.Options === undefined) return mount;
  return {
    ...mount,
    VolumeOptions: { ...VolumeOptions, DriverConfig: { ...VolumeOptions.DriverConfig, Options: {} } },
  };
}

function readLabel(labels: Record<string, string> | null | undefined): {
  requested: RequestedConfig | undefined;
  labels: Record<string, string>;
} {
  const { [REQUESTED_LABEL]: text, ...rest } = labels ?? {};
  return { requested: text === undefined ? undefined : parseLabel(text), labels: rest };
}

/** Undefined for a label of another program. */
function parseLabel(text: string): RequestedConfig | undefined {
  try {
    const { image, env, host, process } = JSON.parse(text) as Partial<RequestedConfig>;
    const isValid = image !== undefined && Array.isArray(env) && typeof host === "object";
    return isValid ? { image, env, host, ...(process && { process }) } : undefined;
  } catch {
    return undefined;
  }
}

/** The container as Docker would report it, if it has the label. One more call for each volume with options. */
export async function restoreDetails(
  container: ContainerDetails,
  calls: EngineCalls,
  options?: CallOptions,
): Promise<ContainerDetails> {
  const { requested, labels } = readLabel(container.Config.Labels);
  if (requested === undefined) return container;
  const { Config, HostConfig, NetworkSettings } = container;
  const added = new Set(PODMAN_VARIABLES.filter((name) => !requested.env.includes(name)));
  const isDefaultPids = requested.host.PidsLimit === undefined && HostConfig.PidsLimit === DEFAULT_PIDS_LIMIT;
  const recorded = Object.fromEntries(RECORDED_FIELDS.map((key) => [key, requested.host[key] ?? null]));
  const Mounts =
    requested.host.Mounts &&
    (await Promise.all(requested.host.Mounts.map((mount) => withOptions(mount, calls, options))));
  return {
    ...container,
    Config: {
      ...Config,
      Image: requested.image,
      Labels: labels,
      ...Object.fromEntries(RECORDED_PROCESS_FIELDS.map((key) => [key, requested.process?.[key]])),
      Env: (Config.Env ?? []).filter((entry) => !added.has(nameOf(entry))),
    },
    HostConfig: {
      ...HostConfig,
      ...recorded,
      ...(isDefaultPids && { PidsLimit: 0 }),
      // Podman omits the options, and has other names for Docker's drivers.
      ...(requested.host.LogConfig && { LogConfig: requested.host.LogConfig }),
      Binds: null,
      // Podman 4 adds directories in memory to a container with a read-only file system.
      Tmpfs: null,
      Mounts: Mounts ?? null,
    },
    NetworkSettings: requested.host.NetworkMode === undefined ? onBridge(NetworkSettings) : NetworkSettings,
  };
}

async function withOptions(mount: Mount, calls: EngineCalls, options?: CallOptions): Promise<Mount> {
  const { Source, VolumeOptions } = mount;
  if (Source === undefined || VolumeOptions?.DriverConfig?.Options === undefined) return mount;
  const { Options } = await inspectVolume(calls, Source, options);
  return {
    ...mount,
    VolumeOptions: { ...VolumeOptions, DriverConfig: { ...VolumeOptions.DriverConfig, Options: Options ?? {} } },
  };
}

/** Podman's default network under Docker's name. */
function onBridge(settings: ContainerDetails["NetworkSettings"]): ContainerDetails["NetworkSettings"] {
  const { [DEFAULT_NETWORK]: bridge, ...networks } = settings.Networks;
  return bridge === undefined
    ? settings
    : { ...settings, Networks: { ...networks, bridge: { ...bridge, NetworkID: "bridge" } } };
}

/** The same for a container in a list. */
export function restoreSummary(container: ContainerSummary): ContainerSummary {
  const { requested, labels } = readLabel(container.Labels);
  return requested === undefined ? container : { ...container, Image: requested.image, Labels: labels };
}
