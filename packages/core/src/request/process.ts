import { split } from "shlex";
import { z } from "zod";

const noNul = (text: string): boolean => !text.includes("\0");
const text = z.string().refine(noNul, "has a NUL character");

/** The largest user or group id that container runtimes take. */
const MAX_ID = 2 ** 31 - 1;

const isNoSuchId = (id: string): boolean => /^-?[0-9]+$/.test(id) && !(Number(id) >= 0 && Number(id) <= MAX_ID);

/** `UID`, `UID:GID`, or names known inside the image. */
export const userSchema = z
  .string()
  .regex(/^[^\s:]+(?::[^\s:]+)?$/, "expected UID:GID, such as 1000:1000")
  .refine((user) => !user.split(":").some(isNoSuchId), `a user's and a group's id are from 0 to ${MAX_ID}`);

/** Values are never repeated in messages: they may be secret. */
export const envSchema = z.array(text).superRefine((entries, context) => {
  const seen = new Map<string, number>();
  entries.forEach((entry, index) => {
    const at = entry.indexOf("=");
    if (at < 1) {
      context.addIssue({ code: "custom", path: [index], message: "expected KEY=VALUE" });
      return;
    }
    const key = entry.slice(0, at);
    const first = seen.get(key);
    if (first !== undefined) {
      context.addIssue({ code: "custom", path: [index], message: `${key} is set already by env[${first}]` });
    }
    seen.set(key, first ?? index);
  });
});

export const labelsSchema = z.record(
  z.string().min(1, "a label has a name").refine(noNul, "has a NUL character"),
  text,
);

const words = z
  .array(text)
  .min(1, "has no words")
  .refine((list) => list[0] !== "", "its first word is empty");

const splitWords = z.string().transform((line, context): string[] => {
  try {
    return split(line);
  } catch {
    context.addIssue({ code: "custom", message: "has a quote that is not closed" });
    return z.NEVER;
  }
});

/** Words, or one string that is split into words as a POSIX shell does (quotes, backslashes; nothing is expanded). */
export const commandSchema = z.union([splitWords.pipe(words), words], "expected a string or a list of words");

export const argsSchema = z.union(
  [splitWords.pipe(z.array(text)), z.array(text)],
  "expected a string or a list of words",
);

/** The kernel's limit for a host name (HOST_NAME_MAX), in bytes. */
const LONGEST_HOSTNAME = 64;

/** A template (`{{.Node.Hostname}}`) has its length and form when a platform has expanded it. */
export const hostnameSchema = z
  .string()
  .min(1, "a host name is not empty")
  .refine(
    (name) => holdsTemplate(name) || Buffer.byteLength(name) <= LONGEST_HOSTNAME,
    `a host name has at most ${LONGEST_HOSTNAME} characters`,
  )
  .refine(
    (name) => holdsTemplate(name) || /^[^\s/\p{Cc}]*$/u.test(name),
    "a host name has no white space and no slash",
  );

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

/** What a platform does with Go templates (`{{...}}`) in a request's texts. */
export const templatesSchema = z.enum(["expand", "literal"]);

export type Templates = z.output<typeof templatesSchema>;

/** Whether a platform that expands Go templates would read one in this text. */
export const holdsTemplate = (text: unknown): boolean => typeof text === "string" && text.includes("{{");

/** Whether one of the values of a mapping holds a template. */
export const someValueHoldsTemplate = (mapping: unknown): boolean =>
  typeof mapping === "object" && mapping !== null && Object.values(mapping).some(holdsTemplate);
