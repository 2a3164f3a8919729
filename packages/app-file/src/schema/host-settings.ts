import { z } from "zod";
import {
  ABSOLUTE_PATH,
  DEVICE,
  EXTRA_HOST,
  GROUP,
  IP_ADDRESS,
  SIGNAL,
  SYSCTL,
  TMPFS as TMPFS_PATTERN,
  WORD,
} from "./patterns.js";
import { flag, integer, memory, optional, patternText, required } from "./scalars.js";

/** Compose's keys for the host's devices, the network's names, the kernel and the log. */

const textOrList = (pattern: string) => z.union([patternText(pattern), z.array(patternText(pattern))]);
const scalar = () => z.union([z.string(), z.number(), z.boolean()]);

const device = () =>
  z.union([
    patternText(DEVICE),
    z.strictObject({
      source: required(patternText(ABSOLUTE_PATH), {
        description: "Absolute path on the host.",
        examples: ["/dev/ttyUSB0"],
      }),
      target: optional(patternText(ABSOLUTE_PATH), {
        description: "Absolute path in the container. Default: the source.",
        examples: ["/dev/ttyUSB0"],
      }),
      permissions: optional(patternText("^[rwmRWM]{1,3}$"), {
        description: "What the app may do: r (read), w (write), m (create device nodes). Default: rwm.",
        default: "rwm",
        examples: ["rw"],
      }),
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

const tmpfsEntry = () =>
  patternText(TMPFS_PATTERN).transform((value, context): TmpfsEntry => {
    const entry = parseTmpfs(value);
    if (typeof entry !== "string") return entry;
    context.addIssue({ code: "custom", message: entry });
    return z.NEVER;
  });

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

const logging = () =>
  z.strictObject({
    driver: optional(patternText(WORD), {
      description: "Log driver, such as json-file, local, journald or none. Default: the engine's.",
      examples: ["json-file"],
    }),
    options: optional(z.record(z.string(), scalar()), {
      description: "Options of the driver, by name. Default: the engine's.",
      examples: [{ "max-size": "10m", "max-file": 3 }],
    }),
  });

/** The keys of an app, for `deferredShape`. */
export const hostSettings = {
  working_dir: () =>
    optional(patternText(ABSOLUTE_PATH), {
      description: "Absolute path of the directory in the container where the process starts. Default: the image's.",
      examples: ["/app"],
    }),
  tty: () =>
    optional(flag, {
      description: "Whether the process has a terminal. Its stdout and stderr are then one stream. Default: false.",
      default: false,
      examples: [true],
    }),
  stdin_open: () =>
    optional(flag, {
      description: "Whether the stdin of the process stays open. Default: false.",
      default: false,
      examples: [true],
    }),
  stop_signal: () =>
    optional(z.union([patternText(SIGNAL), integer.meta({ minimum: 1, maximum: 64 })]), {
      description: "Signal that asks the process to end, by name or number. Default: the image's, or SIGTERM.",
      examples: ["SIGINT"],
    }),
  privileged: () =>
    optional(flag, {
      description: "Gives the container all capabilities and devices of the host. Not on Swarm. Default: false.",
      default: false,
      examples: [true],
    }),
  devices: () =>
    optional(z.array(device()), {
      description:
        "Devices of the host, such as serial ports: source[:target][:permissions], or their parts. Not on Swarm.",
      examples: [["/dev/ttyUSB0"], ["/dev/ttyUSB0:/dev/plc:rw"]],
    }),
  group_add: () =>
    optional(z.array(z.union([patternText(GROUP), integer.meta({ minimum: 0 })])), {
      description: "Names or ids of further groups of the process.",
      examples: [["dialout"]],
    }),
  network_mode: () =>
    optional(z.enum(["host", "none", "bridge"]), {
      description:
        "host: the network of the host. none: no network. bridge: the engine's default network. Can't be combined with networks. Default: bridge.",
      default: "bridge",
      examples: ["host"],
    }),
  extra_hosts: () =>
    optional(z.union([z.array(patternText(EXTRA_HOST)), z.record(z.string(), textOrList(WORD))]), {
      description:
        "Further lines of /etc/hosts, as a list of host:address or a mapping. The address host-gateway is the engine's host.",
      examples: [["plc:192.0.2.10"], { "host.docker.internal": "host-gateway" }],
    }),
  dns: () =>
    optional(textOrList(IP_ADDRESS), {
      description: "IP addresses of DNS servers. Default: the engine's.",
      examples: [["192.0.2.53"], "192.0.2.53"],
    }),
  dns_search: () =>
    optional(textOrList(WORD), {
      description: "Search domains of the resolver. Default: the engine's.",
      examples: [["plant.example.com"]],
    }),
  dns_opt: () =>
    optional(z.array(patternText(WORD)), {
      description: "Options of the resolver (resolv.conf(5)). Default: the engine's.",
      examples: [["ndots:2"]],
    }),
  sysctls: () =>
    optional(z.union([z.array(patternText(SYSCTL)), z.record(z.string(), scalar())]), {
      description: "Kernel parameters of the container, as a mapping or a list of name=value. Default: the engine's.",
      examples: [{ "net.core.somaxconn": 1024 }, ["net.core.somaxconn=1024"]],
    }),
  shm_size: () =>
    optional(memory, {
      description: "Size of /dev/shm. Units b, k, m, g and t are powers of 1024. Default: the engine's (64 MiB).",
      examples: ["128m"],
    }),
  tmpfs: () =>
    optional(z.union([tmpfsEntry(), z.array(tmpfsEntry())]), {
      description: "File systems in memory: a path, or a list, each with the options size, mode and ro.",
      examples: [["/run:size=64m,mode=1777"], "/tmp"],
    }),
  logging: () =>
    optional(logging(), {
      description: "Where the output of the app goes. Default: as the engine is configured.",
      examples: [{ driver: "json-file", options: { "max-size": "10m" } }],
    }),
};
