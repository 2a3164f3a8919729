import { posix } from "node:path";
import { z } from "zod";

const absolute = (path: string): boolean => path.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(path);
const textMap = z.record(z.string(), z.string());

const mountSchema = z
  .strictObject({
    /** In any case, as Docker's SDKs write it. */
    Type: z
      .string()
      .default("volume")
      .transform((type) => type.toLowerCase())
      .pipe(z.enum(["bind", "volume", "tmpfs"], "a mount is a bind, a volume or a tmpfs")),
    Source: z.string().nullish().transform((source) => source || undefined),
    Target: z.string().refine(absolute, "a mount's target is an absolute path"),
    ReadOnly: z.boolean().nullish().transform((readOnly) => readOnly ?? undefined),
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
    if (mount.Type === "bind" && (mount.Source === undefined || !absolute(mount.Source))) {
      wrong("Source", "a bind mount's source is an absolute path");
    }
    if (mount.Type === "volume" && mount.Source !== undefined && !/^[a-zA-Z0-9][\w.-]*$/.test(mount.Source)) {
      wrong("Source", "a volume's name is made of letters, digits, _, . and -, with a letter or digit first");
    }
    if (mount.Type === "tmpfs" && mount.Source !== undefined) wrong("Source", "a tmpfs has no source");
    const options = { bind: "BindOptions", volume: "VolumeOptions", tmpfs: "TmpfsOptions" } as const;
    for (const [type, key] of Object.entries(options)) {
      if (type !== mount.Type && mount[key] !== undefined) wrong(key, `goes with ${type} mounts only`);
    }
  });

/** Docker's mount dictionary (Engine API, Mount), `Type` in lower case. */
export type Mount = z.output<typeof mountSchema>;

const place = (target: string): string => posix.normalize(`${target}/`).replace(/^\/{2,}/, "/");

export const mountsSchema = z.array(mountSchema).superRefine((mounts, context) => {
  mounts.forEach((mount, index) => {
    if (mounts.findIndex((other) => place(other.Target) === place(mount.Target)) < index) {
      context.addIssue({ code: "custom", path: [index, "Target"], message: `${mount.Target} is mounted twice` });
    }
  });
});
