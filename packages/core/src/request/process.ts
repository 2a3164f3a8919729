import { split } from "shlex";
import { z } from "zod";
import { deferred } from "./lazy-schemas.js";
import { duplicateIndexes } from "./duplicates.js";
import { normalizeTarget } from "./paths.js";

/** How a platform treats Go templates (`{{...}}`) in the fields of a request. */
export const templatesSchema = z.enum(["expand", "literal"]);

export type Templates = z.output<typeof templatesSchema>;

/** Whether a text contains a Go template. */
export const containsTemplate = (text: unknown): boolean => typeof text === "string" && text.includes("{{");

/** Whether one of the values of a mapping contains a Go template. */
export const someValueContainsTemplate = (mapping: unknown): boolean =>
  typeof mapping === "object" && mapping !== null && Object.values(mapping).some(containsTemplate);

const noNul = (text: string): boolean => !text.includes("\0");
const text = z.string().refine(noNul, "must not contain a NUL character");

/** The largest user or group id that container runtimes accept. */
const MAX_ID = 2 ** 31 - 1;

const isInvalidId = (id: string): boolean => /^-?[0-9]+$/.test(id) && !(Number(id) >= 0 && Number(id) <= MAX_ID);

/** `UID`, `UID:GID`, or names from the image. */
export const userSchema = deferred(() =>
  z
    .string()
    .regex(/^[^\s:]+(?::[^\s:]+)?$/, "expected UID:GID, such as 1000:1000")
    .refine((user) => !user.split(":").some(isInvalidId), `a user id or group id must be from 0 to ${MAX_ID}`),
);

/** Names or ids of groups, in addition to the group of `user`. */
export const groupAddSchema = deferred(() =>
  z
    .array(
      z
        .string()
        .regex(/^[^\s:]+$/, "expected the name or id of a group, such as dialout or 20")
        .refine((group) => !isInvalidId(group), `a group id must be from 0 to ${MAX_ID}`),
    )
    .superRefine((groups, context) => {
      for (const index of duplicateIndexes(groups)) {
        context.addIssue({ code: "custom", path: [index], message: `group ${groups[index]} is listed twice` });
      }
    }),
);

/** An absolute path in the container, normalized: `/app` for `/app/`. */
export const workingDirSchema = deferred(() =>
  z
    .string()
    .refine(
      (path) => path.startsWith("/") && noNul(path),
      "the working directory must be an absolute path, such as /app",
    )
    .transform(normalizeTarget),
);

/** Messages never contain a value, since it may be secret. */
export const envSchema = z.array(text).superRefine((entries, context) => {
  const seen = new Map<string, number>();
  entries.forEach((entry, index) => {
    const equals = entry.indexOf("=");
    if (equals < 1) {
      context.addIssue({ code: "custom", path: [index], message: "expected KEY=VALUE" });
      return;
    }
    const key = entry.slice(0, equals);
    const first = seen.get(key);
    if (first !== undefined) {
      context.addIssue({ code: "custom", path: [index], message: `${key} is already set by env[${first}]` });
    }
    seen.set(key, first ?? index);
  });
});

export const labelsSchema = deferred(() =>
  z.record(
    z.string().min(1, "a label's name must not be empty").refine(noNul, "must not contain a NUL character"),
    text,
  ),
);

const words = () =>
  z
    .array(text)
    .min(1, "must not be empty")
    .refine((list) => list[0] !== "", "its first word must not be empty");

const splitWords = () =>
  z.string().transform((line, context): string[] => {
    try {
      return split(line);
    } catch {
      context.addIssue({ code: "custom", message: "contains a quote that is not closed" });
      return z.NEVER;
    }
  });

/** Words, or a string that is split like in a POSIX shell: with quotes and backslashes, without expansion. */
export const commandSchema = deferred(() =>
  z.union([splitWords().pipe(words()), words()], "expected a string or a list of strings"),
);

export const argsSchema = deferred(() =>
  z.union([splitWords().pipe(z.array(text)), z.array(text)], "expected a string or a list of strings"),
);

/** The kernel's limit for a host name (HOST_NAME_MAX), in bytes. */
export const MAX_HOSTNAME = 64;
export const HOSTNAME_TOO_LONG = `a host name must have at most ${MAX_HOSTNAME} characters`;

/** A template (`{{.Node.Hostname}}`) can be checked only after the platform has expanded it. */
export const hostnameSchema = deferred(() =>
  z
    .string()
    .min(1, "a host name must not be empty")
    .refine((name) => containsTemplate(name) || Buffer.byteLength(name) <= MAX_HOSTNAME, HOSTNAME_TOO_LONG)
    .refine(
      (name) => containsTemplate(name) || /^[^\s/\p{Cc}]*$/u.test(name),
      "a host name must not contain whitespace or a slash",
    ),
);

/** Linux's capabilities (capabilities(7)), and `ALL`. An older engine or kernel supports fewer and rejects the others. */
const LINUX_CAPABILITIES: ReadonlySet<string> = new Set([
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

const capabilitySchema = () =>
  z.string().transform((written, context) => {
    const upper = written.toUpperCase();
    const name = upper.replace(/^CAP_/, "");
    // Engines accept ALL without the prefix only.
    if (LINUX_CAPABILITIES.has(name) && upper !== "CAP_ALL") return name;
    context.addIssue({ code: "custom", message: "not a Linux capability: expected a name such as NET_ADMIN, or ALL" });
    return z.NEVER;
  });

/** With or without `CAP_`, case-insensitive; normalized to upper case without the prefix. */
export const capabilitiesSchema = deferred(() => z.array(capabilitySchema()));
