import { z } from "zod";

/** Linux's capabilities (capabilities(7)), and `ALL`. An older engine or kernel knows fewer and refuses the rest itself. */
const KNOWN: ReadonlySet<string> = new Set([
  "ALL",
  "AUDIT_CONTROL",
  "AUDIT_READ",
  "AUDIT_WRITE",
  "BLOCK_SUSPEND",
  "BPF",
  "CHECKPOINT_RESTORE",
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "IPC_LOCK",
  "IPC_OWNER",
  "KILL",
  "LEASE",
  "LINUX_IMMUTABLE",
  "MAC_ADMIN",
  "MAC_OVERRIDE",
  "MKNOD",
  "NET_ADMIN",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_RAW",
  "PERFMON",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYSLOG",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_CHROOT",
  "SYS_MODULE",
  "SYS_NICE",
  "SYS_PACCT",
  "SYS_PTRACE",
  "SYS_RAWIO",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "WAKE_ALARM",
]);

const capabilitySchema = z.string().transform((written, context) => {
  const upper = written.toUpperCase();
  const name = upper.replace(/^CAP_/, "");
  // No kernel has a capability CAP_ALL: engines take ALL without the prefix only.
  if (KNOWN.has(name) && upper !== "CAP_ALL") return name;
  context.addIssue({ code: "custom", message: "not a capability of Linux: expected one such as NET_ADMIN, or ALL" });
  return z.NEVER;
});

/** With or without `CAP_`, in any case; kept without, in upper case, so that two spellings are one capability. */
export const capabilitiesSchema = z.array(capabilitySchema);
