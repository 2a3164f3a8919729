import { posix } from "node:path";
import { z } from "zod";
import { holdsTemplate } from "./process.js";

/** Whether a path is absolute: on Linux, or on Windows. */
const isAbsolute = (path: string): boolean => path.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(path);

/** A path in a container in its one form: `/data/`, `//data` and `/x/../data` are `/data`. */
export const targetPlace = (target: string): string =>
  posix
    .normalize(target)
    .replace(/^\/{2,}/, "/")
    .replace(/(?<=.)\/$/, "");

/** Files below `/proc` that may be mounted over: container runtimes (runc) refuse the others. */
const PROC_FILES: ReadonlySet<string> = new Set([
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/net/dev",
  "/proc/slabinfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/sys/crypto/fips_enabled",
  "/proc/sys/kernel/ns_last_pid",
  "/proc/uptime",
]);

/** What is mounted, as far as it decides where it may be mounted. */
interface Mounted {
  Type: string;
  Source?: string | undefined;
  VolumeOptions?: { Subpath?: string | undefined } | undefined;
}

const isBelowProc = (path: string): boolean => path === "/proc" || path.startsWith("/proc/");

/** A file, or something that may be one, over one of the files that runtimes allow; procfs over procfs; a tmpfs. */
function mayCoverProc(place: string, { Type, Source, VolumeOptions }: Mounted): boolean {
  if (Type === "tmpfs") return place !== "/proc";
  if (Type === "bind" && isBelowProc(targetPlace(Source ?? ""))) return true;
  return PROC_FILES.has(place) && (Type === "bind" || VolumeOptions?.Subpath !== undefined);
}

/** What keeps a mount from being at `target`; undefined: nothing. */
export function targetFault(target: string, mounted: Mounted): string | undefined {
  if (!isAbsolute(target)) return "a mount's target is an absolute path";
  const place = targetPlace(target);
  if (place === "/") return "nothing can be mounted at / itself";
  if (isBelowProc(place) && !mayCoverProc(place, mounted)) return "nothing can be mounted at or below /proc";
  return undefined;
}

const textMap = z.record(z.string(), z.string());

/** The longest name of a file, and so of a directory of the driver `local`. */
const LONGEST_VOLUME_NAME = 255;

/** What is wrong with a volume, by key. A name with a template has its form when a platform has expanded it. */
function volumeFaults({ Source, ReadOnly, VolumeOptions }: VolumeMount): [key: string, message: string][] {
  if (Source === undefined) {
    return ReadOnly ? [["ReadOnly", "a volume without a name is empty: it can't be mounted read-only"]] : [];
  }
  if (holdsTemplate(Source)) return [];
  if (!/^[a-zA-Z0-9][\w.-]*$/.test(Source)) {
    return [["Source", "a volume's name is made of letters, digits, _, . and -, with a letter or digit first"]];
  }
  if (Source.length < 2) return [["Source", "a volume's name has at least 2 characters"]];
  const isLocal = (VolumeOptions?.DriverConfig?.Name ?? "local") === "local";
  if (isLocal && Source.length > LONGEST_VOLUME_NAME) {
    return [["Source", `a volume's name has at most ${LONGEST_VOLUME_NAME} characters`]];
  }
  return [];
}

interface VolumeMount {
  Source?: string | undefined;
  ReadOnly?: boolean | undefined;
  VolumeOptions?: { DriverConfig?: { Name?: string | undefined } | undefined } | undefined;
}

const mountSchema = z
  .strictObject({
    /** In any case, as Docker's SDKs write it. */
    Type: z
      .string()
      .default("volume")
      .transform((type) => type.toLowerCase())
      .pipe(z.enum(["bind", "volume", "tmpfs"], "a mount is a bind, a volume or a tmpfs")),
    Source: z
      .string()
      .nullish()
      .transform((source) => source || undefined),
    Target: z.string(),
    ReadOnly: z
      .boolean()
      .nullish()
      .transform((readOnly) => readOnly ?? undefined),
    Consistency: z.enum(["default", "consistent", "cached", "delegated"]).optional(),
    BindOptions: z
      .strictObject({
        Propagation: z.enum(["private", "rprivate", "shared", "rshared", "slave", "rslave"]).optional(),
        NonRecursive: z.boolean().optional(),
        CreateMountpoint: z.boolean().optional(),
      })
      .optional(),
    VolumeOptions: z
      .strictObject({
        NoCopy: z.boolean().optional(),
        Labels: textMap.optional(),
        DriverConfig: z.strictObject({ Name: z.string().optional(), Options: textMap.optional() }).optional(),
        Subpath: z.string().optional(),
      })
      .optional(),
    TmpfsOptions: z
      .strictObject({
        SizeBytes: z.number().int().positive("SizeBytes is more than 0").optional(),
        Mode: z.number().int().min(0).max(0o7777, "Mode is at most 0o7777").optional(),
      })
      .optional(),
  })
  .superRefine((mount, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (mount.Type === "bind" && (mount.Source === undefined || !isAbsolute(mount.Source))) {
      wrong("Source", "a bind mount's source is an absolute path");
    }
    if (mount.Type === "volume") volumeFaults(mount).forEach(([path, message]) => wrong(path, message));
    const fault = holdsTemplate(mount.Target) ? undefined : targetFault(mount.Target, mount);
    if (fault !== undefined) wrong("Target", fault);
    if (mount.Type === "tmpfs" && mount.Source !== undefined) wrong("Source", "a tmpfs has no source");
    const options = { bind: "BindOptions", volume: "VolumeOptions", tmpfs: "TmpfsOptions" } as const;
    for (const [type, key] of Object.entries(options)) {
      if (type !== mount.Type && mount[key] !== undefined) wrong(key, `goes with ${type} mounts only`);
    }
  });

/** Docker's mount dictionary (Engine API, Mount), `Type` in lower case. */
export type Mount = z.output<typeof mountSchema>;

export const mountsSchema = z.array(mountSchema).superRefine((mounts, context) => {
  mounts.forEach((mount, index) => {
    if (mounts.findIndex((other) => targetPlace(other.Target) === targetPlace(mount.Target)) < index) {
      context.addIssue({ code: "custom", path: [index, "Target"], message: `${mount.Target} is mounted twice` });
    }
  });
});
