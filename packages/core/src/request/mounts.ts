import { z } from "zod";
import { isAbsolute, targetFault, targetPlace } from "./mount-target.js";
import { holdsTemplate } from "./templates.js";

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
