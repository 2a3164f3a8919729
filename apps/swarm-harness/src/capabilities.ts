import { readFileSync } from "node:fs";

/** The Linux capabilities by number (capabilities(7)) that every engine since 20.10 supports. */
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

/** The part of a container's HostConfig with the rights that an engine needs. */
export interface NodeRights {
  readonly Privileged?: boolean;
  readonly CapAdd?: string[];
  readonly SecurityOpt?: string[];
  readonly MaskedPaths?: string[];
  readonly ReadonlyPaths?: string[];
  readonly DeviceCgroupRules?: string[];
}

/**
 * A privileged container, or, if this machine lacks a capability, which keeps privileged containers from starting, one
 * with all other capabilities.
 * @param status the text of /proc/self/status; default: of this process, or the full set if there is no such file
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
    // The same as `systempaths=unconfined` of the docker command.
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
