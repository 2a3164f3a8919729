import { DeploymentError, type Mount, type NormalizedRequest, type ServiceSettings } from "@openfactory/deploy-core";
import { type RequiredApi, requireApi, type TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerMount, HostConfig, InspectedContainer } from "../engine-api/container-types.js";
import type { ContainerSpec } from "../engine-api/service-types.js";
import { copyDefined, hasKeys, sortedBy, withoutEmpty } from "../plain-data.js";
import { fromFileMounts, isFileMount, type Mountpoints, toFileMounts } from "./file-volumes.js";

type MountsField = Pick<NormalizedRequest, "mounts">;
type MountsSetting = Pick<ServiceSettings, "mounts">;
type FilesField = Pick<NormalizedRequest, "secrets" | "configs">;
type FilesSetting = Pick<ServiceSettings, "secrets" | "configs">;

/**
 * `mounts`, `secrets` and `configs` to `Mounts` of HostConfig. Without `CreateMountpoint`, the engine rejects a bind whose
 * source does not exist.
 * @param mountpoints as for {@link toFileMounts}.
 * @throws DeploymentError `UNSUPPORTED` for NonRecursive below API 1.40, CreateMountpoint below 1.42, Subpath below
 * 1.45.
 */
export function toHostMounts(
  { mounts = [], ...files }: MountsField & FilesField,
  context: TranslationContext,
  mountpoints?: Mountpoints,
): Pick<HostConfig, "Mounts"> {
  const all = [...toMounts(mounts, "container", context), ...toFileMounts(files, context, mountpoints)];
  return all.length === 0 ? {} : { Mounts: all };
}

/**
 * `mounts` to `Mounts` of ContainerSpec. The volume of a task is created on its node. Engine 26.0 accepts a Subpath for
 * services and mounts the whole volume; 26.1, of the same API 1.45, mounts the part. `Consistency` is sent, and no engine
 * keeps it.
 * @throws DeploymentError `UNSUPPORTED` for NonRecursive below API 1.41, Subpath below 1.45, and CreateMountpoint, which
 * the swarm drops.
 */
export const toServiceMounts = (
  { mounts = [] }: MountsField,
  context: TranslationContext,
): Pick<ContainerSpec, "Mounts"> => (mounts.length === 0 ? {} : { Mounts: toMounts(mounts, "service", context) });

const TYPES: readonly string[] = ["bind", "volume", "tmpfs"];

/**
 * A Swarm mount dictionary as a Mount of HostConfig, which has the same keys. Type (in any case), source, target,
 * read-only and all options are kept, such as the driver configuration of an NFS volume. Shares no object with `mount`.
 * @throws DeploymentError `INVALID_REQUEST` for a type other than bind, volume and tmpfs.
 */
export function swarmMountToContainerMount(mount: Mount): ContainerMount {
  const type = String(mount.Type).toLowerCase();
  if (!TYPES.includes(type)) {
    const message = `The mount at ${mount.Target} has the type "${mount.Type}", which is not supported.`;
    throw new DeploymentError("INVALID_REQUEST", message, {
      field: "Type",
      hint: "Set Type to bind, volume or tmpfs.",
    });
  }
  return copyDefined({ ...mount, Type: type as Mount["Type"] });
}

interface VersionedOption {
  path: string;
  isSet: (mount: Mount) => boolean;
  container: RequiredApi;
  service: RequiredApi | "never";
}

/** The options that not all engines have, with the API that each requires for containers and for services. */
const VERSIONED_OPTIONS: readonly VersionedOption[] = [
  {
    path: "BindOptions.NonRecursive",
    isSet: ({ BindOptions }) => BindOptions?.NonRecursive === true,
    container: "1.40",
    service: "1.41",
  },
  {
    path: "BindOptions.CreateMountpoint",
    isSet: ({ BindOptions }) => BindOptions?.CreateMountpoint === true,
    container: "1.42",
    // The swarm drops it. Seen on engines 20.10, 26.1 and 28.5.
    service: "never",
  },
  {
    path: "VolumeOptions.Subpath",
    isSet: ({ VolumeOptions }) => Boolean(VolumeOptions?.Subpath),
    container: "1.45",
    service: "1.45",
  },
];

function toMounts(
  mounts: readonly Mount[],
  target: "container" | "service",
  context: TranslationContext,
): ContainerMount[] {
  return mounts.map((mount, index) => {
    for (const option of VERSIONED_OPTIONS.filter(({ isSet }) => isSet(mount))) {
      const field = `mounts[${index}].${option.path}`;
      const required = option[target];
      if (required === "never") throw droppedBySwarm(field, context.service);
      requireApi(context, required, field);
    }
    return swarmMountToContainerMount(mount);
  });
}

const droppedBySwarm = (field: string, service: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Swarm ignores ${field} of service ${service}.`, {
    service,
    field,
    hint: `Create the directory on every node that may run the service, and remove ${field}.`,
  });

/**
 * `Mounts`, `Binds` and `Tmpfs` of HostConfig to `mounts`, sorted by target and without the engine's defaults, `secrets` and
 * `configs`. The volumes that an image declares are not part of either.
 */
export function fromHostMounts({
  Mounts,
  Binds,
  Tmpfs,
}: InspectedContainer["HostConfig"]): MountsSetting & FilesSetting {
  const listed = [...(Mounts ?? []), ...(Binds ?? []).map(parseBind)];
  const targets = new Set(listed.map(({ Target }) => Target));
  const inMemory = Object.entries(Tmpfs ?? {}).filter(([target]) => !targets.has(target));
  const all = [...listed, ...inMemory.map(([target, options]) => parseTmpfs(target, options).mount)].map(
    withoutDefaults,
  );
  const mounts = all.filter((mount) => !isFileMount(mount));
  return {
    ...(mounts.length > 0 && { mounts: sortedBy(mounts, ({ Target }) => Target) as Mount[] }),
    ...fromFileMounts(all),
  };
}

const DEFAULTS: Readonly<Record<string, unknown>> = { Propagation: "rprivate", Consistency: "default", Name: "local" };

const withoutDefaults = (mount: ContainerMount): ContainerMount => ({
  ...(withoutDefaultKeys(mount) as ContainerMount),
  Type: mount.Type.toLowerCase() as Mount["Type"],
});

/** An object without what is empty, false or the default, at every depth. Labels and driver options are kept as they are. */
const withoutDefaultKeys = (section: object): object =>
  Object.fromEntries(
    Object.entries(section)
      .map(([key, value]) => [
        key,
        isSection(value) && key !== "Labels" && key !== "Options" ? withoutDefaultKeys(value) : value,
      ])
      .filter(([key, value]) =>
        isSection(value) ? hasKeys(value) : Boolean(value) && DEFAULTS[key as string] !== value,
      ),
  );

const isSection = (value: unknown): value is object => typeof value === "object" && value !== null;

/** `/srv:/data:ro,rprivate`, `volume:/data`, or `/data` alone, a volume without a name. */
function parseBind(bind: string): ContainerMount {
  const [first = "", second, options = ""] = bind.split(":");
  const [Source, Target] = second === undefined ? [undefined, first] : [first, second];
  const words = options.split(",");
  return {
    Type: Source?.startsWith("/") ? "bind" : "volume",
    ...(Source && { Source }),
    Target,
    ...(words.includes("ro") && { ReadOnly: true }),
    ...(words.includes("nocopy") && { VolumeOptions: { NoCopy: true } }),
  };
}

const BYTES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * The short form of a tmpfs, `docker run --tmpfs /run:size=64m,mode=1777`, and the options that a mount does not have. Docker
 * mounts every tmpfs with `rw`, `noexec`, `nosuid` and `nodev`.
 */
export function parseTmpfs(target: string, options: string): { mount: ContainerMount; rest: string[] } {
  const tmpfs: { SizeBytes?: number; Mode?: number } = {};
  const rest: string[] = [];
  let readOnly = false;
  for (const option of options.split(",")) {
    const [, count, unit = ""] = /^size=(\d+)([kmg]?)b?$/i.exec(option) ?? [];
    const [, mode] = /^mode=([0-7]{3,4})$/.exec(option) ?? [];
    if (count !== undefined) tmpfs.SizeBytes = Number(count) * (BYTES[unit.toLowerCase()] ?? 1);
    else if (mode !== undefined) tmpfs.Mode = Number.parseInt(mode, 8);
    else if (option === "ro") readOnly = true;
    else if (!["", "rw", "noexec", "nosuid", "nodev"].includes(option)) rest.push(option);
  }
  const mount: ContainerMount = { Type: "tmpfs", Target: target };
  if (readOnly) mount.ReadOnly = true;
  if (hasKeys(tmpfs)) mount.TmpfsOptions = tmpfs;
  return { mount, rest };
}

/** `Mounts` of ContainerSpec to `mounts`, sorted by target and without the engine's defaults. */
export function fromServiceMounts({ Mounts }: Answered<Pick<ContainerSpec, "Mounts">>): MountsSetting {
  if (!Mounts?.length) return {};
  return { mounts: sortedBy(Mounts.map(fromServiceMount), ({ Target }) => Target) };
}

/** The swarm keeps neither `Consistency` nor `CreateMountpoint`. */
const fromServiceMount = ({ Type, Source, Target, ReadOnly, ...options }: Answered<ContainerMount>): Mount =>
  copyDefined({
    Type: (Type || "volume") as Mount["Type"],
    Source: Source || undefined,
    Target: Target ?? "",
    ReadOnly: ReadOnly || undefined,
    BindOptions: bindOptions(options.BindOptions),
    VolumeOptions: volumeOptions(options.VolumeOptions),
    TmpfsOptions: withoutEmpty(options.TmpfsOptions),
  }) as Mount;

function bindOptions(options: Answered<ContainerMount>["BindOptions"]) {
  const { Propagation, NonRecursive } = options ?? {};
  return withoutEmpty({ Propagation: Propagation === "rprivate" ? undefined : Propagation, NonRecursive });
}

function volumeOptions(options: Answered<ContainerMount>["VolumeOptions"]) {
  const { NoCopy, Labels, DriverConfig, Subpath } = options ?? {};
  const { Name, Options } = DriverConfig ?? {};
  const driver = withoutEmpty({ Name: Name === "local" ? undefined : Name, Options });
  return withoutEmpty({ NoCopy, Labels, DriverConfig: driver, Subpath });
}
