import type { z } from "zod";
import { DeploymentError, type ErrorIssue } from "../errors.js";
import {
  type DeployRequest,
  isServiceName,
  CROSS_CHECKED_FIELDS,
  type NormalizedRequest,
  REQUEST_FIELDS,
  type RequestField,
  requestShape,
  validateDeployRequest,
} from "./deploy-request.js";
import { formatFieldPath } from "./field-path.js";
import { findForbiddenKeys } from "./forbidden-keys.js";

/** Requests that {@link parseRequest} has returned. They are frozen, so they need no second validation. */
const normalized = new WeakSet<object>();

/**
 * Validates a request and resolves its shorthands, without modifying the caller's objects.
 * @returns a frozen request; a request that is already normalized is returned as it is.
 * @throws DeploymentError `INVALID_REQUEST` with all problems as issues.
 */
export function parseRequest(request: DeployRequest, context: { strategy?: string } = {}): NormalizedRequest {
  if (isNormalized(request)) return request;
  const parsed = validateDeployRequest(request);
  const forbidden = findForbiddenKeys(request);
  if (parsed.success && forbidden.length === 0) return freezeNormalized(parsed.data);
  const issues = [...forbidden, ...(parsed.error === undefined ? [] : zodIssues(parsed.error))];
  throw invalidRequest(issues, { ...context, service: nameOf(request) });
}

/**
 * Replaces some fields of a request, and removes those whose new value is undefined. Validates only the new values.
 * @throws DeploymentError `INVALID_REQUEST` as {@link parseRequest}.
 */
export function amendRequest(
  request: NormalizedRequest,
  changes: Partial<DeployRequest>,
  context: { strategy?: string } = {},
): NormalizedRequest {
  const parseAll = (): NormalizedRequest => parseRequest({ ...request, ...changes }, context);
  const isSimple = !CROSS_CHECKED_FIELDS.some((field) => field in changes) && findForbiddenKeys(changes).length === 0;
  if (!isNormalized(request) || !isSimple) return parseAll();
  const valid: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(changes)) {
    const parsed = requestShape[field as RequestField]?.safeParse(value);
    if (!parsed?.success) return parseAll();
    valid[field] = parsed.data;
  }
  // In the schema's order, like a request that is parsed as a whole.
  const fields = REQUEST_FIELDS.map((field) => [field, field in valid ? valid[field] : request[field]] as const);
  return freezeNormalized(Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as NormalizedRequest);
}

const isNormalized = (request: DeployRequest): request is NormalizedRequest =>
  typeof request === "object" && request !== null && normalized.has(request);

function freezeNormalized(request: NormalizedRequest): NormalizedRequest {
  normalized.add(freeze(request));
  return request;
}

function freeze(value: object): object {
  for (const part of Object.values(Object.freeze(value))) {
    if (typeof part === "object" && part !== null && !Object.isFrozen(part)) freeze(part);
  }
  return value;
}

/** The name of an unvalidated request, if it is a valid one. */
const nameOf = (request: unknown): string | undefined => {
  const name = (request as { name?: unknown } | null | undefined)?.name;
  return isServiceName(name) ? name : undefined;
};

function invalidRequest(issues: ErrorIssue[], context: { service?: string; strategy?: string }): DeploymentError {
  const subject = context.service === undefined ? "The request" : `The request for service ${context.service}`;
  const findings = issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ");
  return new DeploymentError("INVALID_REQUEST", `${subject} is invalid: ${findings}.`, {
    ...context,
    field: issues[0]?.field,
    issues,
    hint: "Correct these fields. Nothing was deployed.",
  });
}

/** Replaces the issue of a union by those of the only branch that has the value's type, since they are more specific. */
const unwrapUnion = (issue: z.core.$ZodIssue): z.core.$ZodIssue[] => {
  if (issue.code !== "invalid_union") return [issue];
  const [branch, ...others] = issue.errors.filter((branch) => !branch.some(isTypeMismatch));
  if (branch === undefined || others.length > 0) return [issue];
  return branch.flatMap((inner) => unwrapUnion({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue));
};

/** Whether the value doesn't have the branch's type at all. */
const isTypeMismatch = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "unrecognized_keys");

/** Converts a zod error to issues. They contain no values, since a value may be secret. */
export const zodIssues = (error: z.core.$ZodError): ErrorIssue[] =>
  error.issues.flatMap(unwrapUnion).map((issue) => ({ field: formatFieldPath(issue.path), message: messageOf(issue) }));

/** For an invalid key of a mapping, the message of the key's schema. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === "invalid_key" ? issue.issues[0]?.message : undefined) ?? issue.message;
