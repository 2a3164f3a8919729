import { z } from "zod";
import { flag, maybe, text } from "./scalars.js";

const HOST = /^(?:[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)*\.?|\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/;

/** How many storages one app may have. */
const MOST_STORAGES = 100;

const mountPoint = text
  .refine((path) => path.startsWith("/"), "expected an absolute path in the container")
  .refine((path) => !path.split("/").includes(".."), 'expected a path without ".."')
  .describe("Absolute path in the container.");

const description = maybe(text).describe("For readers; not used.");

const nfs = z.strictObject({
  type: z.literal("nfs").describe("A directory that an NFS server exports."),
  server: text
    .regex(HOST, "expected a host name or an IP address")
    .describe("Host name or IP address of the NFS server."),
  remote_path: text
    .refine((path) => path.startsWith("/"), "expected an absolute path on the server")
    .describe("Absolute path on the server."),
  mount_point: mountPoint,
  mount_options: maybe(
    z
      .union([z.array(text), text])
      .transform((options) => (Array.isArray(options) ? options : options.split(",")))
      .transform((options) => options.map((option) => option.trim()).filter((option) => option !== "")),
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

export const storage = z
  .record(
    text.regex(/^[a-zA-Z0-9_-]+$/, "a storage's name is made of letters, digits, _ and -"),
    z.discriminatedUnion("type", [nfs, local, volume]),
  )
  .refine((named) => Object.keys(named).length <= MOST_STORAGES, `expected at most ${MOST_STORAGES} storages`)
  .describe("Storage by name: NFS exports, local directories, and Docker volumes.");

export type NfsStorage = z.output<typeof nfs>;
export type LocalStorage = z.output<typeof local>;
export type VolumeStorage = z.output<typeof volume>;
