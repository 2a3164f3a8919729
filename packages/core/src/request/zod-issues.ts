import type { z } from "zod";
import type { ErrorIssue } from "../errors/deployment-error.js";

/** `["mounts", 0, "Target"]` as `mounts[0].Target`. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

/** `mounts[0].Target` as `["mounts", 0, "Target"]`. */
export const fieldSteps = (field: string): (string | number)[] =>
  field.split(/[.[]/).map((step) => (/^\d+\]$/.test(step) ? Number.parseInt(step, 10) : step));

/** A union's finding is that of the one branch that fits best, where there is one: it says more than the union. */
const inBranches = (issue: z.core.$ZodIssue): z.core.$ZodIssue[] => {
  if (issue.code !== "invalid_union") return [issue];
  const fitting = issue.errors.filter((branch) => !branch.some(wrongKind));
  const best = fitting[0];
  if (best === undefined || fitting.length > 1) return [issue];
  return best.flatMap((inner) => inBranches({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue));
};

/** Whether a finding says that the value is not of the branch's kind at all. */
const wrongKind = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "unrecognized_keys");

/** The findings of a zod error as issues. Values are not repeated: they may be secret. */
export const zodIssues = (error: z.core.$ZodError): ErrorIssue[] =>
  error.issues.flatMap(inBranches).map((issue) => ({ field: fieldPath(issue.path), message: sentenceOf(issue) }));

/** Of a mapping's key, what the key's own schema says. */
const sentenceOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === "invalid_key" ? issue.issues[0]?.message : undefined) ?? issue.message;
