import { split } from "shlex";
import { z } from "zod";

const noNul = (text: string): boolean => !text.includes("\0");
const text = z.string().refine(noNul, "has a NUL character");

/** `UID`, `UID:GID`, or names known inside the image. */
export const userSchema = z.string().regex(/^[^\s:]+(?::[^\s:]+)?$/, "expected UID:GID, such as 1000:1000");

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

export const labelsSchema = z.record(z.string().min(1, "a label has a name").refine(noNul, "has a NUL character"), text);

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

export const argsSchema = z.union([splitWords.pipe(z.array(text)), z.array(text)], "expected a string or a list of words");

export const hostnameSchema = z
  .string()
  .max(253, "a host name has at most 253 characters")
  .regex(/^[^\s/]+$/, "not a host name");

const capabilitySchema = z
  .string()
  .regex(/^(?!CAP_$)[A-Z_0-9]+$/i, "expected a capability, such as NET_ADMIN or ALL")
  .transform((name) => name.toUpperCase().replace(/^CAP_/, ""));

/** With or without `CAP_`, in any case; kept without, in upper case, so that two spellings are one capability. */
export const capabilitiesSchema = z.array(capabilitySchema);
