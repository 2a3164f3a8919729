import type { EngineCalls } from "../connection/engine-call.js";
import { inspectVolume } from "../connection/shared-calls.js";
import type { CallOptions } from "../engine.js";
import type { ContainerDetails, ContainerSummary, HostConfig } from "../engine-types.js";

/**
 * On a container: what was asked for, as far as Podman tells something else when it is looked at. Of what may be secret,
 * variables and options of volumes, there are only names.
 */
const ASKED_LABEL = "org.openfactory.deploy.podman";

interface Asked {
  image: string;
  /** Those of {@link ADDED} that were asked for. */
  env: string[];
  host: HostConfig;
}

/** Variables that Podman gives a process by itself. */
const ADDED = ["container", "HOME", "HOSTNAME", "TERM"];
/** Its limit of processes, where none is asked for. Source: containers/common, `containers.conf`. */
const USUAL_PIDS = 2048;
const DEFAULT_NETWORK = "podman";

/** What Podman leaves out, or fills in, and nobody can change afterwards. */
const NOTED = [
  "NetworkMode",
  "PortBindings",
  "Mounts",
  "Ulimits",
  "Init",
  "CapAdd",
  "CapDrop",
] as const satisfies readonly (keyof HostConfig)[];

type Mount = NonNullable<HostConfig["Mounts"]>[number];

/** As much of a body (Engine API, ContainerCreate) as matters here. */
interface CreateBody {
  Image?: string;
  Env?: string[];
  Labels?: Record<string, string>;
  HostConfig?: HostConfig;
}

const nameOf = (entry: string): string => entry.split("=", 1)[0] ?? "";

/** The body, with what it asks for noted in it. */
export function withAsked<Body extends object>(body: Body): Body {
  const { Image = "", Env = [], Labels, HostConfig = {} } = body as CreateBody;
  const given = new Set(Env.map(nameOf));
  const host: HostConfig = Object.fromEntries(
    NOTED.flatMap((key) => (HostConfig[key] == null ? [] : [[key, HostConfig[key]]])),
  );
  if (HostConfig.PidsLimit) host.PidsLimit = HostConfig.PidsLimit;
  if (host.Mounts) host.Mounts = host.Mounts.map(withoutOptions);
  const asked: Asked = { image: Image, env: ADDED.filter((name) => given.has(name)), host };
  return { ...body, Labels: { ...Labels, [ASKED_LABEL]: JSON.stringify(asked) } };
}

/** Options of a volume may hold passwords: the volume itself has them. */
function withoutOptions(mount: Mount): Mount {
  const { VolumeOptions } = mount;
  if (VolumeOptions?.DriverConfig?.Options === undefined) return mount;
  return {
    ...mount,
    VolumeOptions: { ...VolumeOptions, DriverConfig: { ...VolumeOptions.DriverConfig, Options: {} } },
  };
}

function read(labels: Record<string, string> | null | undefined): {
  asked: Asked | undefined;
  labels: Record<string, string>;
} {
  const { [ASKED_LABEL]: text, ...rest } = labels ?? {};
  return { asked: text === undefined ? undefined : parsed(text), labels: rest };
}

/** Somebody else's label of that name says nothing. */
function parsed(text: string): Asked | undefined {
  try {
    const { image, env, host } = JSON.parse(text) as Partial<Asked>;
    return image !== undefined && Array.isArray(env) && typeof host === "object" ? { image, env, host } : undefined;
  } catch {
    return undefined;
  }
}

/** A container as Docker would tell it, where it was made here. One call more for each volume that it has with options. */
export async function asAsked(
  container: ContainerDetails,
  calls: EngineCalls,
  options?: CallOptions,
): Promise<ContainerDetails> {
  const { asked, labels } = read(container.Config.Labels);
  if (asked === undefined) return container;
  const { Config, HostConfig, NetworkSettings } = container;
  const unasked = new Set(ADDED.filter((name) => !asked.env.includes(name)));
  const isUsual = asked.host.PidsLimit === undefined && HostConfig.PidsLimit === USUAL_PIDS;
  const noted = Object.fromEntries(NOTED.map((key) => [key, asked.host[key] ?? null]));
  const Mounts =
    asked.host.Mounts && (await Promise.all(asked.host.Mounts.map((mount) => withOptions(mount, calls, options))));
  return {
    ...container,
    Config: {
      ...Config,
      Image: asked.image,
      Labels: labels,
      Env: (Config.Env ?? []).filter((entry) => !unasked.has(nameOf(entry))),
    },
    HostConfig: { ...HostConfig, ...noted, ...(isUsual && { PidsLimit: 0 }), Binds: null, Mounts: Mounts ?? null },
    NetworkSettings: asked.host.NetworkMode === undefined ? onBridge(NetworkSettings) : NetworkSettings,
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

/** Docker's name for the network of those that name none. */
function onBridge(settings: ContainerDetails["NetworkSettings"]): ContainerDetails["NetworkSettings"] {
  const { [DEFAULT_NETWORK]: bridge, ...networks } = settings.Networks;
  return bridge === undefined
    ? settings
    : { ...settings, Networks: { ...networks, bridge: { ...bridge, NetworkID: "bridge" } } };
}

/** The same in a list. */
export function listedAsAsked(container: ContainerSummary): ContainerSummary {
  const { asked, labels } = read(container.Labels);
  return asked === undefined ? container : { ...container, Image: asked.image, Labels: labels };
}
