import { z } from "zod";
import { deferred } from "./lazy-schemas.js";
import { duplicateIndexes } from "./duplicates.js";
import { isAbsolute, normalizeTarget } from "./paths.js";
import { containsTemplate } from "./process.js";

/** The files below `/proc` that container runtimes (runc) allow as a mount target. */
const ALLOWED_PROC_FILES: ReadonlySet<string> = new Set([
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

/** The maximum length of a file's name, in bytes (Linux, NAME_MAX). */
const MAX_FILE_NAME = 255;

/** The properties of a mount that decide which targets are allowed. */
interface MountSource {
  Type: string;
  Source?: string | undefined;
  VolumeOptions?: { Subpath?: string | undefined } | undefined;
}

const isBelowProc = (path: string): boolean => path === "/proc" || path.startsWith("/proc/");

/** Runtimes allow a tmpfs, procfs itself, and a file (or a bind that may be one) at one of the allowed files. */
function mayCoverProc(path: string, { Type, Source, VolumeOptions }: MountSource): boolean {
  if (Type === "tmpfs") return path !== "/proc";
  if (Type === "bind" && isBelowProc(normalizeTarget(Source ?? ""))) return true;
  return ALLOWED_PROC_FILES.has(path) && (Type === "bind" || VolumeOptions?.Subpath !== undefined);
}

/** Why a mount can't be at `target`; undefined if it can. */
export function targetProblem(target: string, mount: MountSource): string | undefined {
  if (!isAbsolute(target)) return "a mount's target must be an absolute path";
  const path = normalizeTarget(target);
  if (path === "/") return "a mount's target must not be /";
  if (path.split("/").some((part) => Buffer.byteLength(part) > MAX_FILE_NAME))
    return `a part of a mount's target must not be longer than ${MAX_FILE_NAME} bytes`;
  if (isBelowProc(path) && !mayCoverProc(path, mount)) return "a mount's target must not be /proc or below it";
  return undefined;
}

const textMap = () => z.record(z.string(), z.string());

/** Problems of a volume, by key. A name with a template can be checked only after the platform has expanded it. */
function volumeProblems({ Source, ReadOnly, VolumeOptions }: VolumeMount): [key: string, message: string][] {
  if (Source === undefined) {
    return ReadOnly ? [["ReadOnly", "an anonymous volume is empty, so it can't be mounted read-only"]] : [];
  }
  if (containsTemplate(Source)) return [];
  if (!/^[a-zA-Z0-9][\w.-]*$/.test(Source)) {
    return [
      ["Source", "a volume's name must consist of letters, digits, _, . and -, and start with a letter or digit"],
    ];
  }
  if (Source.length < 2) return [["Source", "a volume's name must have at least 2 characters"]];
  // The driver local creates a directory with the volume's name.
  const isLocal = (VolumeOptions?.DriverConfig?.Name ?? "local") === "local";
  if (isLocal && Source.length > MAX_FILE_NAME) {
    return [["Source", `a volume's name must have at most ${MAX_FILE_NAME} characters`]];
  }
  return [];
}

interface VolumeMount {
  Source?: string | undefined;
  ReadOnly?: boolean | undefined;
  VolumeOptions?: { DriverConfig?: { Name?: string | undefined } | undefined } | undefined;
}

const mountSchema = () =>
  z
    .strictObject({
      /** Case-insensitive, as in Docker's SDKs. */
      Type: z
        .string()
        .default("volume")
        .transform((type) => type.toLowerCase())
        .pipe(z.enum(["bind", "volume", "tmpfs"], "a mount's type must be bind, volume or tmpfs")),
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
          Labels: textMap().optional(),
          DriverConfig: z.strictObject({ Name: z.string().optional(), Options: textMap().optional() }).optional(),
          Subpath: z.string().optional(),
        })
        .optional(),
      TmpfsOptions: z
        .strictObject({
          SizeBytes: z.number().int().positive("SizeBytes must be greater than 0").optional(),
          Mode: z.number().int().min(0).max(0o7777, "Mode must be at most 0o7777").optional(),
        })
        .optional(),
    })
    .superRefine((mount, context) => {
      const addIssue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
      if (mount.Type === "bind" && (mount.Source === undefined || !isAbsolute(mount.Source))) {
        addIssue("Source", "a bind mount's source must be an absolute path");
      }
      if (mount.Type === "volume") volumeProblems(mount).forEach(([path, message]) => addIssue(path, message));
      const problem = containsTemplate(mount.Target) ? undefined : targetProblem(mount.Target, mount);
      if (problem !== undefined) addIssue("Target", problem);
      if (mount.Type === "tmpfs" && mount.Source !== undefined) addIssue("Source", "a tmpfs can't have a source");
      const options = { bind: "BindOptions", volume: "VolumeOptions", tmpfs: "TmpfsOptions" } as const;
      for (const [type, key] of Object.entries(options)) {
        if (type !== mount.Type && mount[key] !== undefined) addIssue(key, `is allowed for ${type} mounts only`);
      }
    });

/** Docker's mount dictionary (Engine API, Mount), `Type` in lower case. */
export type Mount = z.output<ReturnType<typeof mountSchema>>;

export const mountsSchema = deferred(() =>
  z.array(mountSchema()).superRefine((mounts, context) => {
    for (const index of duplicateIndexes(mounts.map(({ Target }) => normalizeTarget(Target)))) {
      const message = `${mounts[index]?.Target} is mounted twice`;
      context.addIssue({ code: "custom", path: [index, "Target"], message });
    }
  }),
);
