import { z } from "zod";
import { flag, maybe, text } from "./scalars.js";

/** What OpenFactory's application framework takes in `STORAGE`, and an IPv6 address without its brackets. */
const HOST = /^(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*|\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]*)$/;

/** How many storages one app may have. */
const MOST_STORAGES = 100;

/** As OpenFactory's application framework takes it: it stops an app with another mount point as the app starts. */
const mountPoint = text
  .refine((path) => path.startsWith("/"), "expected an absolute path in the container")
  .refine((path) => !path.includes(".."), 'expected a path without ".."')
  .refine((path) => /^[\w./-]*$/.test(path), "expected a path of letters, digits, _, ., - and /")
  .refine((path) => path.length <= 255, "expected a path of at most 255 characters")
  .describe("Absolute path in the container.");

const CONTROL = /\p{Cc}/u;

/** Pairs of which the one that stands last counts. */
const OPPOSITES: Readonly<Record<string, string>> = { rw: "ro", hard: "soft" };

/**
 * One storage, one meaning: the order of options is no part of a volume's name, so no option may depend on it. The address
 * is the server's.
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
        message: "the mount option addr is made of server",
        params: { hint: "Leave addr out." },
      });
    else if (CONTROL.test(option))
      context.addIssue({ code: "custom", message: "expected mount options without control characters" });
    else if (before !== undefined && before !== option) {
      const message =
        before === OPPOSITES[option] || OPPOSITES[before] === option
          ? `${before} and ${option} exclude each other`
          : `the mount option ${name} is set twice`;
      context.addIssue({
        code: "custom",
        message,
        params: { hint: "Keep one of them: the order of mount options is no part of a volume's name." },
      });
    }
    seen.set(key, option);
  }
}

const description = maybe(text).describe("For readers; not used.");

const nfs = z.strictObject({
  type: z.literal("nfs").describe("A directory that an NFS server exports."),
  server: text
    .regex(HOST, "expected a host name or an IP address")
    .describe("Host name or IP address of the NFS server. An IPv6 address may stand in brackets."),
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
  ).describe("NFS mount options, as a list or separated by commas. nfsvers=4 unless given; ro mounts it read-only."),
  description,
});

const local = z.strictObject({
  type: z.literal("local").describe("A directory of the engine's host; for one node, not for a cluster."),
  local_path: text
    .min(1, "expected a path")
    .describe("Path on the host. A relative one counts from the folder of this file; ~ is the home directory."),
  mount_point: mountPoint,
  description,
});

const volume = z.strictObject({
  type: z.literal("volume").describe("A Docker volume, kept by the engine of the node that the app runs on. Ours."),
  volume: maybe(
    text.regex(
      /^[a-zA-Z0-9][\w.-]*$/,
      "a volume's name is made of letters, digits, _, . and -, with a letter or digit first",
    ),
  ).describe("Name of the volume. Default: the service's name, _, and the storage's name."),
  mount_point: mountPoint,
  read_only: maybe(flag).describe("Mounts it read-only. Default false."),
  description,
});

const named = z
  .record(
    text.regex(/^[a-zA-Z0-9_-]+$/, "a storage's name is made of letters, digits, _ and -"),
    z.discriminatedUnion("type", [nfs, local, volume]),
  )
  .refine((all) => Object.keys(all).length <= MOST_STORAGES, `expected at most ${MOST_STORAGES} storages`);

const STORAGE_KEYS: ReadonlySet<string> = new Set([nfs, local, volume].flatMap(({ shape }) => Object.keys(shape)));

/** `storage: {type: nfs, ...}`, without a name, as an example in OpenFactory's documentation has it. */
function checkNamed(value: unknown, context: z.core.$RefinementCtx): unknown {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const isFlat = entries.some(([key, each]) => STORAGE_KEYS.has(key) && (typeof each !== "object" || each === null));
  if (!isFlat) return value;
  const type = entries.find(([key]) => key === "type")?.[1];
  const keys = entries.filter(([key]) => STORAGE_KEYS.has(key)).map(([key]) => key);
  const written = keys.map((key) => `${key}: ${key === "type" && isType(type) ? type : "..."}`).join(", ");
  context.addIssue({
    code: "custom",
    message: "each storage needs a name above its keys",
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
