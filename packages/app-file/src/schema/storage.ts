import { z } from "zod";
import { flag, maybe, text } from "./scalars.js";

/** Servers that OpenFactory's application framework accepts in `STORAGE`, and IPv6 addresses without brackets. */
const HOST = /^(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]*)$/;

/** Maximum number of storages of an app. */
const MAX_STORAGES = 100;

/** OpenFactory's application framework stops an app with any other mount point at its start. */
const mountPoint = text
  .refine((path) => path.startsWith("/"), "expected an absolute path in the container")
  .refine((path) => !path.includes(".."), 'expected a path without ".."')
  .refine((path) => /^[\w./-]*$/.test(path), "expected a path of letters, digits, _, ., - and /")
  .refine((path) => path.length <= 255, "expected a path of at most 255 characters")
  .describe("Absolute path in the container.");

const CONTROL = /\p{Cc}/u;

/** Opposite options, of which the last one is effective. */
const OPPOSITES: Readonly<Record<string, string>> = { rw: "ro", hard: "soft" };

/**
 * Refuses options whose effect depends on their order, since the order is not part of a volume's name. Also refuses `addr`,
 * which is set from the server.
 */
function checkMountOptions(options: readonly string[], context: z.core.$RefinementCtx): void {
  const seen = new Map<string, string>();
  for (const option of options.flatMap((each) => each.split(",")).map((each) => each.trim())) {
    const [name = ""] = option.split("=", 1);
    const key = OPPOSITES[name] ?? name;
    const before = seen.get(key);
    if (name === "addr")
      context.addIssue({
        code: "custom",
        message: "the mount option addr is set from server",
        params: { hint: "Remove addr." },
      });
    else if (CONTROL.test(option))
      context.addIssue({ code: "custom", message: "expected mount options without control characters" });
    else if (before !== undefined && before !== option) {
      const message =
        before === OPPOSITES[option] || OPPOSITES[before] === option
          ? `mount options ${before} and ${option} conflict`
          : `duplicate mount option ${name}`;
      context.addIssue({
        code: "custom",
        message,
        params: { hint: "Keep one of them. The order of mount options is not part of the volume name." },
      });
    }
    seen.set(key, option);
  }
}

const description = maybe(text).describe("Description for readers. Has no effect.");

const nfs = z.strictObject({
  type: z.literal("nfs").describe("A directory that an NFS server exports."),
  server: text
    .regex(HOST, "expected a host name or an IP address")
    .describe("Host name or IP address of the NFS server. An IPv6 address can have brackets."),
  remote_path: text
    .refine((path) => path.startsWith("/"), "expected an absolute path on the server")
    .refine((path) => !CONTROL.test(path), "expected a path without control characters")
    .describe("Absolute path on the server."),
  mount_point: mountPoint,
  mount_options: maybe(
    z
      .union([z.array(text), text])
      .transform((options) => (Array.isArray(options) ? options : options.split(",")))
      .transform((options) => options.map((option) => option.trim()).filter((option) => option !== ""))
      .superRefine(checkMountOptions),
  ).describe("NFS mount options, as a list or separated by commas. Default: nfsvers=4. ro mounts it read-only."),
  description,
});

const local = z.strictObject({
  type: z.literal("local").describe("A directory of the engine's host, for single-node platforms."),
  local_path: text
    .min(1, "expected a path")
    .describe("Path on the host. Relative paths start at the directory of this file; ~ is the home directory."),
  mount_point: mountPoint,
  read_only: maybe(flag).describe("Mounts it read-only. Default: false."),
  any_node: maybe(flag).describe(
    "The directory exists on every node, so that a platform of several nodes can use it. Default: false.",
  ),
  description,
});

const textMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const volume = z.strictObject({
  type: z.literal("volume").describe("A Docker volume of the node that the app runs on. Not in OpenFactory."),
  volume: maybe(
    text.regex(
      /^[a-zA-Z0-9][\w.-]*$/,
      "volume names consist of letters, digits, _, . and -, and start with a letter or digit",
    ),
  ).describe("Name of the volume. Default: the service name, _, and the storage name."),
  mount_point: mountPoint,
  read_only: maybe(flag).describe("Mounts it read-only. Default: false."),
  driver: maybe(text).describe("Volume driver. Default: local."),
  driver_opts: maybe(textMap).describe("Options of the volume driver."),
  labels: maybe(textMap).describe("Labels of the volume."),
  nocopy: maybe(flag).describe("Doesn't copy the files of the image to a new volume. Default: false."),
  subpath: maybe(text).describe("Directory of the volume that is mounted. Default: the volume itself."),
  description,
});

const named = z
  .record(
    text.regex(/^[a-zA-Z0-9_-]+$/, "storage names consist of letters, digits, _ and -"),
    z.discriminatedUnion("type", [nfs, local, volume]),
  )
  .refine((all) => Object.keys(all).length <= MAX_STORAGES, `expected at most ${MAX_STORAGES} storages`);

const STORAGE_KEYS: ReadonlySet<string> = new Set([nfs, local, volume].flatMap(({ shape }) => Object.keys(shape)));

/** Detects `storage: {type: nfs, ...}` without a name, as in an example of OpenFactory's documentation. */
function checkNamed(value: unknown, context: z.core.$RefinementCtx): unknown {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const isFlat = entries.some(([key, each]) => STORAGE_KEYS.has(key) && (typeof each !== "object" || each === null));
  if (!isFlat) return value;
  const type = entries.find(([key]) => key === "type")?.[1];
  const keys = entries.filter(([key]) => STORAGE_KEYS.has(key)).map(([key]) => key);
  const written = keys.map((key) => `${key}: ${key === "type" && isType(type) ? type : "..."}`).join(", ");
  context.addIssue({
    code: "custom",
    message: "expected storage by name, such as data: {type: ...}",
    params: { hint: `Choose a name, such as data, and write: storage: {data: {${written}}}` },
  });
  return z.NEVER;
}

const isType = (type: unknown): type is string => type === "nfs" || type === "local" || type === "volume";

export const storage = z
  .preprocess(checkNamed, named)
  .describe("Storage by name: NFS exports, local directories, and Docker volumes.");

export type NfsStorage = z.output<typeof nfs>;
export type LocalStorage = z.output<typeof local>;
export type VolumeStorage = z.output<typeof volume>;
