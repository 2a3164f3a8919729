import { deferred } from "@openfactory/deploy-core";
import { z } from "zod";
import { ABSOLUTE_PATH, MOUNT_POINT } from "./patterns.js";
import { flag, optional, patternText, required, text } from "./scalars.js";

/** Servers that OpenFactory's application framework accepts in `STORAGE`, and IPv6 addresses without brackets. */
const HOST = /^(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]*)$/;

/** Maximum number of storages of an app. */
const MAX_STORAGES = 100;

/** OpenFactory's application framework stops an app with any other mount point at its start. */
const mountPoint = () =>
  patternText(MOUNT_POINT)
    .refine((path) => path.startsWith("/"), "expected an absolute path in the container")
    .refine((path) => !path.includes(".."), 'expected a path without ".."')
    .refine((path) => /^[\w./-]*$/.test(path), "expected a path of letters, digits, _, ., - and /")
    .refine((path) => path.length <= 255, "expected a path of at most 255 characters");

const mountPointKey = () =>
  required(mountPoint(), {
    description: "Absolute path in the container: letters, digits, _, ., - and /.",
    examples: ["/data"],
  });

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

const description = () =>
  optional(text, {
    description: "Description for readers. Has no effect.",
    examples: ["Recipes of line 3"],
  });

const readOnly = () =>
  optional(flag, {
    description: "Mounts the storage read-only. Default: false.",
    default: false,
    examples: [true],
  });

const nfs = () =>
  z.strictObject({
    type: required(z.literal("nfs"), {
      description: "nfs: a directory that an NFS server exports.",
      examples: ["nfs"],
    }),
    server: required(text.regex(HOST, "expected a host name or an IP address"), {
      description: "Host name or IP address of the NFS server. An IPv6 address can have brackets.",
      examples: ["nfs.example.com", "192.0.2.20"],
    }),
    remote_path: required(
      patternText(ABSOLUTE_PATH)
        .refine((path) => path.startsWith("/"), "expected an absolute path on the server")
        .refine((path) => !CONTROL.test(path), "expected a path without control characters"),
      { description: "Absolute path on the server.", examples: ["/srv/plant"] },
    ),
    mount_point: mountPointKey(),
    mount_options: optional(
      z
        .union([z.array(text), text])
        .transform((options) => (Array.isArray(options) ? options : options.split(",")))
        .transform((options) => options.map((option) => option.trim()).filter((option) => option !== ""))
        .superRefine(checkMountOptions),
      {
        description: "NFS mount options, as a list or separated by commas. ro mounts it read-only. Default: nfsvers=4.",
        default: "nfsvers=4",
        examples: [["nfsvers=4.1", "ro"], "soft,timeo=30"],
      },
    ),
    description: description(),
  });

const local = () =>
  z.strictObject({
    type: required(z.literal("local"), {
      description: "local: a directory of the engine's host, for single-node platforms.",
      examples: ["local"],
    }),
    local_path: required(text.min(1, "expected a path"), {
      description: "Path on the host. Relative paths start at the directory of this file; ~ is the home directory.",
      examples: ["./data", "/srv/data"],
    }),
    mount_point: mountPointKey(),
    read_only: readOnly(),
    any_node: optional(flag, {
      description:
        "The directory exists on every node, so that a platform of several nodes can use it. Default: false.",
      default: false,
      examples: [true],
    }),
    description: description(),
  });

const textMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const volume = () =>
  z.strictObject({
    type: required(z.literal("volume"), {
      description: "volume: a Docker volume of the node that the app runs on. Not in OpenFactory.",
      examples: ["volume"],
    }),
    volume: optional(
      text.regex(
        /^[a-zA-Z0-9][\w.-]*$/,
        "volume names consist of letters, digits, _, . and -, and start with a letter or digit",
      ),
      {
        description:
          "Name of the volume. Apps that name the same volume share it. Default: the service name, _, and the storage name.",
        examples: ["plant-archive"],
      },
    ),
    mount_point: mountPointKey(),
    read_only: readOnly(),
    driver: optional(text, { description: "Volume driver. Default: local.", default: "local", examples: ["local"] }),
    driver_opts: optional(textMap, {
      description: "Options of the volume driver, by name. Default: none.",
      examples: [{ type: "tmpfs", device: "tmpfs", o: "size=100m" }],
    }),
    labels: optional(textMap, {
      description: "Labels of the volume. Default: none.",
      examples: [{ "com.example.backup": "daily" }],
    }),
    nocopy: optional(flag, {
      description: "Doesn't copy the files of the image to a new volume. Default: false.",
      default: false,
      examples: [true],
    }),
    subpath: optional(text, {
      description: "Directory of the volume that is mounted. Default: the volume itself.",
      examples: ["line-3"],
    }),
    description: description(),
  });

/** Detects `storage: {type: nfs, ...}` without a name, as in an example of OpenFactory's documentation. */
function checkNamed(value: unknown, keysOfOne: ReadonlySet<string>, context: z.core.$RefinementCtx): unknown {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const isFlat = entries.some(([key, each]) => keysOfOne.has(key) && (typeof each !== "object" || each === null));
  if (!isFlat) return value;
  const type = entries.find(([key]) => key === "type")?.[1];
  const keys = entries.filter(([key]) => keysOfOne.has(key)).map(([key]) => key);
  const written = keys.map((key) => `${key}: ${key === "type" && isType(type) ? type : "..."}`).join(", ");
  context.addIssue({
    code: "custom",
    message: "expected storage by name, such as data: {type: ...}",
    params: { hint: `Choose a name, such as data, and write: storage: {data: {${written}}}` },
  });
  return z.NEVER;
}

const isType = (type: unknown): type is string => type === "nfs" || type === "local" || type === "volume";

export const storage = deferred(() => {
  const kinds = [nfs(), local(), volume()] as const;
  const keysOfOne = new Set<string>(kinds.flatMap(({ shape }) => Object.keys(shape)));
  const named = z
    .record(
      text.regex(/^[a-zA-Z0-9_-]+$/, "storage names consist of letters, digits, _ and -"),
      z.discriminatedUnion("type", kinds),
    )
    .refine((all) => Object.keys(all).length <= MAX_STORAGES, `expected at most ${MAX_STORAGES} storages`);
  return z.preprocess((value, context) => checkNamed(value, keysOfOne, context), named);
});

export type NfsStorage = z.output<ReturnType<typeof nfs>>;
export type LocalStorage = z.output<ReturnType<typeof local>>;
export type VolumeStorage = z.output<ReturnType<typeof volume>>;
