import { readFileSync } from "node:fs";

/** Linux's capabilities by their number (capabilities(7)), as far as every engine since 20.10 knows them. */
const CAPABILITIES = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
];

/** The part of a container's HostConfig that lets an engine run in it. */
export interface NodeRights {
  readonly Privileged?: boolean;
  readonly CapAdd?: string[];
  readonly SecurityOpt?: string[];
  readonly MaskedPaths?: string[];
  readonly ReadonlyPaths?: string[];
  readonly DeviceCgroupRules?: string[];
}

/**
 * A privileged container, or, where this machine lacks a capability and a privileged one would not start,
 * one with each capability that there is.
 * @param status the text of /proc/self/status; default: this machine's, and the full set where there is none
 * @param lastCapability the number of the kernel's last capability
 */
export function nodeRights(
  status = read("/proc/self/status"),
  lastCapability = Number(read("/proc/sys/kernel/cap_last_cap") || 40),
): NodeRights {
  const bounding = /^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1];
  const full = (1n << BigInt(lastCapability + 1)) - 1n;
  const set = bounding === undefined ? full : BigInt(`0x${bounding}`);
  if ((set & full) === full) return { Privileged: true };
  return {
    CapAdd: CAPABILITIES.filter((_, bit) => set & (1n << BigInt(bit))),
    SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
    // What `systempaths=unconfined` stands for in the docker command.
    MaskedPaths: [],
    ReadonlyPaths: [],
    DeviceCgroupRules: ["a *:* rwm"],
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
