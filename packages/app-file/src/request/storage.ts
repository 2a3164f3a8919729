import { createHash } from "node:crypto";
import { posix, resolve } from "node:path";
import { type Mount, trimEnd } from "@openfactory/deploy-core";
import { isWindowsPath, resolvePath } from "../files/referenced-files.js";
import { environmentLookup, type Lookup } from "../interpolation/interpolate.js";
import type { AppEntry } from "../schema/app-file.js";
import type { TmpfsEntry } from "../schema/host-settings.js";
import { compact } from "../schema/scalars.js";
import type { LocalStorage, NfsStorage, VolumeStorage } from "../schema/storage.js";
import type { FilePath } from "../yaml/source-tree.js";
import type { AppContext, RequestField } from "./fields.js";

/** Keys in the file of a mount's fields. */
const MOUNT_KEYS: Readonly<Record<string, string>> = { Target: "mount_point", ReadOnly: "read_only" };
const SOURCE_KEYS: Readonly<Record<string, string>> = { nfs: "remote_path", local: "local_path", volume: "volume" };

/** The mounts of an app's `storage`, then those of its `tmpfs`. */
export function mountsField({
  entry: { uuid, storage, tmpfs },
  path,
  tree,
  environment,
}: AppContext): RequestField<Mount[]> | undefined {
  const named = Object.entries(storage ?? {});
  const inMemory = tmpfs == null ? [] : Array.isArray(tmpfs) ? tmpfs : [tmpfs];
  if (named.length === 0 && inMemory.length === 0) return undefined;
  const mountOf = (name: string, each: NfsStorage | LocalStorage | VolumeStorage): Mount => {
    if (each.type === "nfs") return nfsMount(each);
    if (each.type === "local") return localMount(each, tree.source.file, environmentLookup(environment));
    return volumeMount(each, `${uuid.toLowerCase()}_${name}`);
  };
  return {
    value: [...named.map(([name, each]) => mountOf(name, each)), ...inMemory.map(tmpfsMount)],
    pathOf: ([index, key]) => {
      const ofTmpfs = Number(index) - named.length;
      if (ofTmpfs >= 0) return [...path, "tmpfs", ...(Array.isArray(tmpfs) ? [ofTmpfs] : [])];
      const [name, each] = named[Number(index)] ?? [];
      const here: FilePath = [...path, "storage", ...(name === undefined ? [] : [name])];
      const written = key === "Source" ? SOURCE_KEYS[each?.type ?? ""] : MOUNT_KEYS[String(key)];
      return written === undefined ? here : [...here, written];
    },
  };
}

/** A mount point in its shortest form: `/mnt/` and `/mnt` are the same. */
const mountPoint = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, "");

/**
 * A volume of Docker's `local` driver, which mounts the export on the node that runs the app. Name and options are the same
 * as in OpenFactory, so that both tools can use each other's volumes.
 */
function nfsMount({ server, remote_path, mount_point, mount_options }: NfsStorage): Mount {
  const options = mount_options ?? [];
  const hasVersion = options.some((option) => option.split(",").some((each) => each.trim().startsWith("nfsvers=")));
  // The engine resolves the address, and does not accept brackets.
  const address = server.replace(/^\[(.*)\]$/, "$1");
  return {
    Type: "volume",
    Source: nfsVolumeName(server, remote_path, options),
    Target: mountPoint(mount_point),
    // With the option ro the export itself is read-only.
    ReadOnly: undefined,
    VolumeOptions: {
      DriverConfig: {
        Name: "local",
        Options: {
          type: "nfs",
          o: [`addr=${address}`, ...options, ...(hasVersion ? [] : ["nfsvers=4"])].join(","),
          device: `:${remote_path}`,
        },
      },
    },
  };
}

/**
 * The volume name is derived from the storage, so that apps with the same storage share a volume:
 * `nfs_<server>_<path>`, followed by `_` and 8 hex digits of the mount options' SHA-1, if there are any.
 */
function nfsVolumeName(server: string, remotePath: string, options: readonly string[]): string {
  const base = `nfs_${server.replaceAll(".", "_")}_${trimEnd(remotePath.replace(/^\/+/, ""), "/").replaceAll("/", "_")}`;
  const name = base.replace(/[^\w.-]/g, "_");
  if (options.length === 0) return name;
  return `${name}_${createHash("sha1")
    .update([...options].sort().join(","))
    .digest("hex")
    .slice(0, 8)}`;
}

/** A bind mount of an absolute path. */
function localMount({ local_path, mount_point, read_only }: LocalStorage, file: string, variable: Lookup): Mount {
  const path = resolvePath(local_path, file, variable);
  return {
    Type: "bind",
    Source: isWindowsPath(path) ? path : resolve(path),
    Target: mountPoint(mount_point),
    ...(read_only && { ReadOnly: true }),
  } as Mount;
}

/** A volume of the engine. By default each storage has its own; apps share one with the key `volume`. */
function volumeMount(storage: VolumeStorage, ownName: string): Mount {
  const { volume, mount_point, read_only, driver, driver_opts, labels, nocopy, subpath } = storage;
  const driverConfig = compact({ Name: driver, Options: driver_opts });
  const options = compact({
    NoCopy: nocopy || undefined,
    Subpath: subpath,
    Labels: labels,
    DriverConfig: Object.keys(driverConfig).length > 0 ? driverConfig : undefined,
  });
  return {
    Type: "volume",
    Source: volume ?? ownName,
    Target: mountPoint(mount_point),
    ...(read_only && { ReadOnly: true }),
    ...(Object.keys(options).length > 0 && { VolumeOptions: options }),
  } as Mount;
}

const tmpfsMount = ({ target, readOnly, sizeBytes, mode }: TmpfsEntry): Mount =>
  ({
    Type: "tmpfs",
    Target: mountPoint(target),
    ...(readOnly ? { ReadOnly: true } : {}),
    ...(sizeBytes === undefined && mode === undefined
      ? {}
      : { TmpfsOptions: compact({ SizeBytes: sizeBytes, Mode: mode }) }),
  }) as Mount;

type Storage = NonNullable<AppEntry["storage"]>[string];

/**
 * The variable `STORAGE`: an app's storage by name, in the format of OpenFactory's application framework. The framework
 * rejects unknown keys, so it has the framework's keys only, in the same order. The framework opens local storage at
 * `local_path` inside the container, which is the mount point there. It has no volumes, so a volume appears as local
 * storage. The JSON is spaced and escaped as in Python.
 */
export const storageVariable = (storage: Readonly<Record<string, Storage>>): string =>
  pythonJson(Object.fromEntries(Object.entries(storage).map(([name, each]) => [name, storageEntry(each)])));

function storageEntry(storage: Storage): object {
  const target = mountPoint(storage.mount_point);
  if (storage.type !== "nfs") return { type: "local", local_path: target, mount_point: target };
  const { server, remote_path, mount_options } = storage;
  return {
    type: "nfs",
    server: server.includes(":") && !server.startsWith("[") ? `[${server}]` : server,
    remote_path,
    mount_point: target,
    ...(mount_options == null ? {} : { mount_options }),
  };
}

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return ascii(JSON.stringify(value));
  const pairs = Object.entries(value).map(([key, part]) => `${pythonJson(key)}: ${pythonJson(part)}`);
  return `{${pairs.join(", ")}}`;
}

const ascii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
