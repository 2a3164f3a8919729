import type { ErrorIssue } from "../errors.js";
import { formatFieldPath } from "./field-path.js";

/** The deepest part of a request is four levels below it. */
const MAX_DEPTH = 10;

/**
 * Finds keys named `__proto__`, such as that of a label. Records in JavaScript can't hold them reliably, and zod drops them
 * without an issue.
 */
export function findForbiddenKeys(value: unknown, path: readonly PropertyKey[] = []): ErrorIssue[] {
  if (typeof value !== "object" || value === null || path.length > MAX_DEPTH) return [];
  return Object.keys(value).flatMap((key) => {
    if (key === "__proto__") {
      return [{ field: formatFieldPath(path) || key, message: "the name __proto__ is not allowed" }];
    }
    const step = Array.isArray(value) ? Number(key) : key;
    return findForbiddenKeys((value as Record<string, unknown>)[key], [...path, step]);
  });
}
