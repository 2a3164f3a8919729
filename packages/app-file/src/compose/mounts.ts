import type { Mount } from "@openfactory/deploy-core";
import { listField, type RequestField } from "../request/fields.js";
import { DEFAULT_TMPFS_OPTIONS } from "../schema/host-settings.js";
import { compact, memory } from "../schema/scalars.js";
import { type FilePath, keyValues } from "../yaml/source-tree.js";
import type { ServiceContext, Volume } from "./context.js";
import { splitVolume } from "./merge.js";
import { isHostPath } from "./read-compose.js";
import type { VolumeDeclaration, VolumeEntry } from "./schema.js";
import { pathText } from "./support.js";

/** The mounts of `volumes` and `tmpfs`. */
export function mountsField(context: ServiceContext): RequestField<Mount[]> | undefined {
  const { service, path } = context;
  const volumes = (service.volumes ?? []).flatMap((entry, index) => {
    const here = [...path, "volumes", index];
    const mount = typeof entry === "string" ? shortMount(entry, here, context) : longMount(entry, here, context);
    return mount === undefined ? [] : [{ value: mount, path: here }];
  });
  const { tmpfs } = service;
  const scratch = [tmpfs ?? []].flat().map((entry, index) => {
    const here = [...path, "tmpfs", ...(typeof tmpfs === "string" ? [] : [index])];
    return { value: tmpfsMount(entry, here, context), path: here };
  });
  const all = [...volumes, ...scratch];
  return all.length === 0 ? undefined : listField(all);
}

/** Options of a short volume, and the fields of the mount that they set. */
const OPTIONS: Readonly<Record<string, object>> = {
  ro: { ReadOnly: true },
  rw: {},
  nocopy: { VolumeOptions: { NoCopy: true } },
  consistent: { Consistency: "consistent" },
  cached: { Consistency: "cached" },
  delegated: { Consistency: "delegated" },
  ...Object.fromEntries(
    ["private", "rprivate", "shared", "rshared", "slave", "rslave"].map((mode) => [
      mode,
      { BindOptions: { Propagation: mode } },
    ]),
  ),
};

/** `[source:]target[:options]`. */
function shortMount(entry: string, here: FilePath, context: ServiceContext): Mount | undefined {
  const parts = splitVolume(entry);
  const [first = "", second, options = ""] = parts;
  if (parts.length > 3 || first === "") {
    context.report(here, "expected a volume, such as data:/data, ./src:/app:ro or /cache");
    return undefined;
  }
  if (second === undefined) return { Type: "volume", Target: first } as Mount;
  const isBind = isHostPath(first);
  const more = options.split(",").filter((option) => option !== "");
  const set: Record<string, unknown> = {};
  for (const option of more) {
    const fields = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined;
    if (fields !== undefined) Object.assign(set, fields);
    else if (option === "z" || option === "Z") {
      context.notes.addUnsupported(
        `volumes ${option}`,
        pathText(here),
        context.tree.locate(here),
        `A request has no SELinux label of a mount (option ${option}).`,
      );
    } else context.report(here, `unknown option ${JSON.stringify(option)} of a volume`);
  }
  return isBind
    ? ({ Type: "bind", Source: first, Target: second, ...set } as Mount)
    : volumeMount(first, second, set, here, context);
}

function longMount(entry: VolumeEntry, here: FilePath, context: ServiceContext): Mount | undefined {
  const { type, source, target, read_only, consistency, bind, volume, tmpfs } = entry;
  const common = compact({ ReadOnly: read_only || undefined, Consistency: consistency });
  if (type === "tmpfs") {
    return {
      Type: "tmpfs",
      Target: target,
      ...common,
      ...optional("TmpfsOptions", { SizeBytes: tmpfs?.size, Mode: tmpfs?.mode }),
    } as Mount;
  }
  if (type === "bind") {
    if (source == null) {
      context.report(here, "a bind mount requires source");
      return undefined;
    }
    const options = { Propagation: bind?.propagation, CreateMountpoint: bind?.create_host_path || undefined };
    return { Type: "bind", Source: source, Target: target, ...common, ...optional("BindOptions", options) } as Mount;
  }
  const labels = Object.fromEntries(
    keyValues([...here, "volume", "labels"], context.tree).map(({ key, value = "" }) => [key, value]),
  );
  const options = compact({
    NoCopy: volume?.nocopy || undefined,
    Subpath: volume?.subpath,
    Labels: Object.keys(labels).length > 0 ? labels : undefined,
  });
  const set = { ...common, ...optional("VolumeOptions", options) };
  if (source == null) return { Type: "volume", Target: target, ...set } as Mount;
  return volumeMount(source, target, set, here, context);
}

const optional = (key: string, fields: object): object => {
  const given = compact(fields);
  return Object.keys(given).length === 0 ? {} : { [key]: given };
};

/** A declared volume: `<project>_<key>` on the engine, with the driver of its declaration. */
function volumeMount(
  key: string,
  target: string,
  set: object,
  here: FilePath,
  context: ServiceContext,
): Mount | undefined {
  const declared = context.volumes.get(key);
  if (declared === undefined) {
    context.report(
      here,
      `the volume ${JSON.stringify(key)} is not declared`,
      `Declare it at the top level: volumes: {${key}: {}}. A path of the host begins with /, ./ or ~.`,
    );
    return undefined;
  }
  const { name, driver, options, labels } = declared;
  const own = (set as { VolumeOptions?: { Labels?: object } }).VolumeOptions;
  const volumeOptions = compact({
    ...own,
    Labels: labels === undefined ? own?.Labels : { ...labels, ...own?.Labels },
    DriverConfig:
      driver === undefined && options === undefined ? undefined : compact({ Name: driver, Options: options }),
  });
  return { Type: "volume", Source: name, Target: target, ...set, ...optional("VolumeOptions", volumeOptions) } as Mount;
}

/** `/run:size=64m,mode=1777`. */
function tmpfsMount(entry: string, here: FilePath, { report, notes, tree }: ServiceContext): Mount {
  const [target = "", options = ""] = entry.split(":", 2);
  const set: { SizeBytes?: number; Mode?: number } = {};
  let readOnly = false;
  for (const option of options.split(",").filter((each) => each !== "" && !DEFAULT_TMPFS_OPTIONS.has(each))) {
    const [name = "", value = ""] = option.split("=", 2);
    const size = name === "size" ? memory.safeParse(value) : undefined;
    if (size?.success) set.SizeBytes = size.data;
    else if (name === "mode" && /^[0-7]{1,4}$/.test(value)) set.Mode = Number.parseInt(value, 8);
    else if (option === "ro") readOnly = true;
    else if (size !== undefined || name === "mode") report(here, `invalid option ${name} of a tmpfs`);
    else {
      const reason = `A tmpfs has a size, a mode and ro only (option ${name}).`;
      notes.addUnsupported(`tmpfs ${name}`, pathText(here), tree.locate(here), reason);
    }
  }
  return {
    Type: "tmpfs",
    Target: target,
    ...(readOnly && { ReadOnly: true }),
    ...optional("TmpfsOptions", set),
  } as Mount;
}

/** The volume of a declaration: `<project>_<key>`, unless it has a name or is external. */
export function declareVolume(
  key: string,
  { name, external, driver }: VolumeDeclaration,
  { project, path, tree }: { project: string; path: FilePath; tree: ServiceContext["tree"] },
): Volume {
  const given = name ?? (typeof external === "object" && external !== null ? external.name : undefined);
  const isExternal = external != null && external !== false;
  const mapAt = (part: string): Record<string, string> | undefined => {
    const entries = keyValues([...path, part], tree).map(({ key: option, value = "" }) => [option, value] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  return {
    name: given ?? (isExternal ? key : `${project}_${key}`),
    ...compact({ driver: driver ?? undefined, options: mapAt("driver_opts"), labels: mapAt("labels") }),
  };
}
