import { z } from "zod";
import { flag, integer, maybe, memory, text } from "./scalars.js";

/** Compose's keys for the host's devices, the network's names, the kernel and the log. */

const textOrList = z.union([text, z.array(text)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const device = z.union([
  text.describe('source[:target][:permissions], such as "/dev/ttyUSB0:/dev/ttyUSB0:rw".'),
  z.strictObject({
    source: text.describe("Path on the host."),
    target: maybe(text).describe("Path in the container. Default: the source."),
    permissions: maybe(text).describe("Letters of rwm: read, write, create device nodes. Default: rwm."),
  }),
]);

const TMPFS = 'expected a path with options, such as "/run:size=64m,mode=1777"';

/** Docker mounts every tmpfs with these options. */
export const DEFAULT_TMPFS_OPTIONS: ReadonlySet<string> = new Set(["rw", "noexec", "nosuid", "nodev"]);

/** A tmpfs of the short form: `path[:size=64m,mode=1777]`. */
export interface TmpfsEntry {
  target: string;
  readOnly?: boolean;
  sizeBytes?: number;
  mode?: number;
}

const tmpfsEntry = text
  .transform((value, context): TmpfsEntry => {
    const entry = parseTmpfs(value);
    if (typeof entry !== "string") return entry;
    context.addIssue({ code: "custom", message: entry });
    return z.NEVER;
  })
  .describe('path[:options], such as "/run:size=64m,mode=1777". Options: size, mode, ro.');

/** The parts of a short form, or a message if it is invalid. */
function parseTmpfs(value: string): TmpfsEntry | string {
  const [target = "", options, ...rest] = value.split(":");
  if (!target.startsWith("/") || rest.length > 0) return TMPFS;
  const entry: TmpfsEntry = { target };
  for (const option of options?.split(",") ?? []) {
    const [name = "", setting] = option.split("=");
    if (setting === undefined && DEFAULT_TMPFS_OPTIONS.has(name)) continue;
    if (option === "ro") entry.readOnly = true;
    else if (name === "size") {
      const size = memory.safeParse(setting);
      if (!size.success) return size.error.issues[0]?.message ?? TMPFS;
      entry.sizeBytes = size.data;
    } else if (name === "mode") {
      if (!/^[0-7]{3,4}$/.test(setting ?? "")) return "expected permissions in octal digits, such as mode=1777";
      entry.mode = Number.parseInt(setting ?? "", 8);
    } else {
      return `the tmpfs option "${name}" is not supported: expected size, mode or ro`;
    }
  }
  return entry;
}

const logging = z
  .strictObject({
    driver: maybe(text).describe("Log driver, such as json-file, local, journald or none. Default: the engine's."),
    options: maybe(z.record(z.string(), scalar)).describe("Options of the driver, such as max-size and max-file."),
  })
  .describe("Where the output of the app goes.");

/** The keys of an app. */
export const hostSettings = {
  working_dir: maybe(text).describe("Absolute path in the container where the process starts. Default: the image's."),
  tty: maybe(flag).describe("Whether the process has a terminal. Default: false."),
  stdin_open: maybe(flag).describe("Whether the stdin of the process stays open. Default: false."),
  stop_signal: maybe(z.union([text, integer])).describe(
    "Signal that asks the process to end, such as SIGINT. Default: the image's, or SIGTERM.",
  ),
  privileged: maybe(flag).describe("Gives the container all capabilities and devices of the host. Not on Swarm."),
  devices: maybe(z.array(device)).describe("Devices of the host, such as serial ports. Not on Swarm."),
  group_add: maybe(z.array(z.union([text, integer]))).describe(
    "Names or ids of further groups of the process, such as dialout.",
  ),
  network_mode: maybe(z.enum(["host", "none", "bridge"])).describe(
    "host: the network of the host. none: no network. bridge: the engine's default network. Excludes networks.",
  ),
  extra_hosts: maybe(z.union([z.array(text), z.record(z.string(), textOrList)])).describe(
    "Further lines of /etc/hosts, as a list of host:address or a mapping. The address host-gateway is the host.",
  ),
  dns: maybe(textOrList).describe("IP addresses of DNS servers. Default: the engine's."),
  dns_search: maybe(textOrList).describe("Search domains of the resolver."),
  dns_opt: maybe(z.array(text)).describe("Options of the resolver, such as ndots:2."),
  sysctls: maybe(z.union([z.array(text), z.record(z.string(), scalar)])).describe(
    "Kernel parameters of the container, as a list of name=value or a mapping.",
  ),
  shm_size: maybe(memory).describe("Size of /dev/shm. Default: the engine's (64 MiB)."),
  tmpfs: maybe(z.union([tmpfsEntry, z.array(tmpfsEntry)])).describe(
    "File systems in memory: a path, or a list, with options.",
  ),
  logging: maybe(logging),
};
