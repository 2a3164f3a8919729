import type { DeployRequest, FileReference, RequestField } from "@openfactory/deploy-core";
import { expect } from "vitest";
import type { Suite } from "../suite.js";

interface Answer {
  exitCode: number;
  output: string;
}

/** A part of a request, and a command whose output shows that the process has it. */
export interface ProcessCheck {
  title: string;
  part: Partial<DeployRequest>;
  /** Fields that its service may not have, since they change what the process sees. */
  without?: readonly RequestField[];
  /** Its service has no part of another check: some hosts can't run it, or it contains others. */
  isAlone?: boolean;
  /** The volume to mount at `/data`, of the local driver with these options. */
  volume?: { readOnly: boolean; driverOptions?: Record<string, string> };
  /** The secret or config to refer to: its content, and the reference without its name. */
  file?: { field: "secrets" | "configs"; content: string; reference: Omit<FileReference, "name"> };
  words: readonly string[];
  check(answer: Answer): void;
}

const prints =
  (pattern: RegExp) =>
  ({ output }: Answer) =>
    expect(output.trim()).toMatch(pattern);
const succeeds = ({ exitCode }: Answer) => expect(exitCode).toBe(0);
const fails = ({ exitCode }: Answer) => expect(exitCode).not.toBe(0);

/** Bits of capabilities(7) in the bounding set. */
const CHOWN = 0n;
const NET_ADMIN = 12n;
const SYS_ADMIN = 21n;
const bounded =
  (capability: bigint, is: bigint) =>
  ({ output }: Answer) => {
    const mask = BigInt(`0x${/CapBnd:\s*([0-9a-f]+)/.exec(output)?.[1] ?? "absent"}`);
    expect((mask >> capability) & 1n).toBe(is);
  };

const status = ["cat", "/proc/1/status"];
const touch = (path: string) => ["sh", "-c", `echo 1 > ${path}`];
const memoryLimit = "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes";
const hostFolder = { Type: "bind", Source: "/etc", Target: "/host", ReadOnly: true } as const;

const FILE_CONTENT = "first=1\n\tsecond=€ $HOME\n";

/** Prints owner, mode and content of a file, and whether it can be written. */
const readFile = (path: string) => [
  "sh",
  "-c",
  `for file in ${path}; do ls -ln $file; cat $file; if (echo 1 > $file) 2>/dev/null; then echo writable; fi; done`,
];
const isFile = (mode: string, uid: string, gid: string): RegExp =>
  new RegExp(`^-${mode}\\s+1\\s+${uid}\\s+${gid}\\s.*\\n${FILE_CONTENT.trim().replaceAll("$", "\\$")}$`);

export const processChecks: ProcessCheck[] = [
  {
    title: "its user and group",
    part: { user: "1234:2345" },
    words: ["sh", "-c", "id -u; id -g"],
    check: prints(/^1234\s+2345$/),
  },
  {
    title: "its host name",
    part: { hostname: "contract-host" },
    words: ["cat", "/proc/sys/kernel/hostname"],
    check: prints(/^contract-host$/),
  },
  {
    title: "both limits of open files",
    isAlone: true,
    part: { openFiles: 1234 },
    words: ["cat", "/proc/1/limits"],
    check: prints(/Max open files\s+1234\s+1234\s/),
  },
  {
    title: "its memory limit",
    part: { resources: { Limits: { MemoryBytes: 64 * 1024 ** 2 } } },
    words: ["sh", "-c", memoryLimit],
    check: prints(/^67108864$/),
  },
  { title: "a writable root", without: ["readOnly", "user"], part: {}, words: touch("/written"), check: succeeds },
  { title: "a read-only root", without: ["user"], part: { readOnly: true }, words: touch("/written"), check: fails },
  {
    title: "a writable volume",
    without: ["user"],
    part: {},
    volume: { readOnly: false },
    words: touch("/data/written"),
    check: succeeds,
  },
  {
    title: "a read-only volume",
    without: ["user"],
    part: {},
    volume: { readOnly: true },
    words: touch("/data/written"),
    check: fails,
  },
  {
    title: "a volume with the options of its driver",
    part: {},
    volume: { readOnly: false, driverOptions: { type: "tmpfs", device: "tmpfs", o: "nr_inodes=64" } },
    words: ["cat", "/proc/mounts"],
    check: prints(/ \/data tmpfs \S*nr_inodes=64/),
  },
  {
    title: "a read-only folder of the host",
    without: ["user"],
    part: { mounts: [hostFolder] },
    words: touch("/host/.written"),
    check: fails,
  },
  {
    title: "a tmpfs",
    part: { mounts: [{ Type: "tmpfs", Target: "/scratch" }] },
    words: ["cat", "/proc/mounts"],
    check: prints(/ \/scratch tmpfs /),
  },
  {
    title: "a secret, as a read-only file with its content",
    without: ["user"],
    part: { readOnly: true },
    file: { field: "secrets", content: FILE_CONTENT, reference: {} },
    words: readFile("/run/secrets/*"),
    check: prints(isFile("r--r--r--", "0", "0")),
  },
  {
    title: "a secret at another path, with its owner and mode",
    without: ["readOnly"],
    part: { user: "1234:2345" },
    file: {
      field: "secrets",
      content: FILE_CONTENT,
      reference: { target: "/var/lib/new/key", uid: "1234", gid: "2345", mode: 0o400 },
    },
    words: readFile("/var/lib/new/key"),
    check: prints(isFile("r--------", "1234", "2345")),
  },
  {
    title: "no secret that its user may not read",
    without: ["readOnly"],
    part: { user: "1234:2345" },
    file: { field: "secrets", content: FILE_CONTENT, reference: { target: "key", mode: 0o400 } },
    words: ["cat", "/run/secrets/key"],
    check: fails,
  },
  {
    title: "a config, as a read-only file with its content, owner and mode",
    without: ["user"],
    part: { readOnly: true },
    file: {
      field: "configs",
      content: FILE_CONTENT,
      reference: { target: "/etc/new/app.conf", uid: "4000000000", gid: "1", mode: 0o640 },
    },
    words: readFile("/etc/new/app.conf"),
    check: prints(isFile("rw-r-----", "4000000000", "1")),
  },
  {
    title: "an added capability",
    part: { capAdd: ["NET_ADMIN"] },
    words: status,
    check: bounded(NET_ADMIN, 1n),
  },
  { title: "no dropped capability", part: { capDrop: ["CHOWN"] }, words: status, check: bounded(CHOWN, 0n) },
  {
    title: "an init process",
    part: { init: true },
    words: ["cat", "/proc/1/comm"],
    check: prints(/init|tini|catatonit/),
  },
  {
    title: "all capabilities, if it is privileged",
    isAlone: true,
    part: { privileged: true },
    words: status,
    check: bounded(SYS_ADMIN, 1n),
  },
  {
    title: "a device of the host",
    part: { devices: ["/dev/zero:/dev/contract-zero:r"] },
    words: ["sh", "-c", "test -c /dev/contract-zero && head -c 4 /dev/contract-zero | wc -c"],
    check: prints(/^4$/),
  },
  {
    title: "its additional groups",
    part: { groupAdd: ["2345", "3456"] },
    words: status,
    check: prints(/^Groups:.*\b2345 3456\b/m),
  },
  {
    title: "its working directory",
    // An init process may have another one than the process that it starts.
    without: ["init"],
    part: { workingDir: "/etc" },
    words: ["readlink", "/proc/1/cwd"],
    check: prints(/^\/etc$/),
  },
  {
    title: "a terminal",
    part: { tty: true },
    words: ["readlink", "/proc/1/fd/1"],
    check: prints(/^\/dev\/(?:pts\/\d+|console|\d+)$/),
  },
  {
    title: "no terminal",
    without: ["tty"],
    part: {},
    words: ["readlink", "/proc/1/fd/1"],
    check: prints(/^(?:pipe|socket|\/dev\/null)/),
  },
  {
    title: "an open stdin",
    without: ["tty"],
    part: { openStdin: true },
    words: ["readlink", "/proc/1/fd/0"],
    check: prints(/^(?:pipe|socket)/),
  },
  {
    title: "its additional hosts",
    part: { extraHosts: ["db.contract=192.0.2.10"] },
    words: ["cat", "/etc/hosts"],
    check: prints(/^192\.0\.2\.10\s+db\.contract$/m),
  },
  {
    title: "the address of its host",
    isAlone: true,
    part: { extraHosts: ["host.contract:host-gateway"] },
    words: ["cat", "/etc/hosts"],
    check: prints(/^\d+\.\d+\.\d+\.\d+\s+host\.contract$/m),
  },
  {
    title: "its DNS servers, search domains and resolver options",
    part: { dns: { servers: ["192.0.2.53"], search: ["plant.contract"], options: ["ndots:2"] } },
    words: ["sh", "-c", "sort /etc/resolv.conf"],
    check: prints(/^nameserver 192\.0\.2\.53$[^]*^options .*ndots:2$[^]*^search .*plant\.contract$/m),
  },
  {
    title: "its kernel parameters",
    part: { sysctls: { "net.ipv4.ip_unprivileged_port_start": 1000 } },
    words: ["cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"],
    check: prints(/^1000$/),
  },
  {
    title: "the size of its shared memory",
    part: { shmSize: 32 * 1024 ** 2 },
    words: ["cat", "/proc/mounts"],
    check: prints(/ \/dev\/shm tmpfs \S*size=32768k/),
  },
  {
    title: "the size of a tmpfs",
    part: { mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 1024 ** 2 } }] },
    words: ["cat", "/proc/mounts"],
    check: prints(/ \/scratch tmpfs \S*size=1024k/),
  },
];

/** The part of the request with its volume, secret or config. */
export async function requestOf({ part, volume, file }: ProcessCheck, suite: Suite): Promise<Partial<DeployRequest>> {
  if (file !== undefined) {
    const { field, content, reference } = file;
    const make = suite.supportsField(field) ? suite.target[field === "secrets" ? "secret" : "config"] : undefined;
    return { ...part, [field]: [{ name: (await make?.call(suite.target, content)) ?? "none", ...reference }] };
  }
  if (volume === undefined) return part;
  const { readOnly, driverOptions } = volume;
  const mount = {
    Type: "volume",
    Source: (await suite.target.volume?.()) ?? "none",
    Target: "/data",
    ReadOnly: readOnly,
    ...(driverOptions && { VolumeOptions: { DriverConfig: { Name: "local", Options: driverOptions } } }),
  };
  return { mounts: [mount] };
}
