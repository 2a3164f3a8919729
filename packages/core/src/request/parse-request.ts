import type { z } from "zod";
import { DeploymentError, type ErrorIssue } from "../errors.js";
import {
  type DeployRequest,
  deployRequestSchema,
  isServiceName,
  JOINTLY_VALID,
  type NormalizedRequest,
  REQUEST_FIELDS,
  type RequestField,
} from "./deploy-request.js";

/** Requests that came out of here. Frozen, so that what is known of them stays true, and nobody needs to look again. */
const normalized = new WeakSet<object>();

/**
 * Validates a request and resolves its shorthands. The caller's objects are left alone.
 * @returns a frozen request; given one, that very one.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function parseRequest(request: DeployRequest, context: { strategy?: string } = {}): NormalizedRequest {
  if (isNormalized(request)) return request;
  const parsed = deployRequestSchema.safeParse(request);
  if (parsed.success) return settled(parsed.data);
  throw invalidRequest(zodIssues(parsed.error), { ...context, service: nameOf(request) });
}

/**
 * A request with other values in some fields, and without those that are undefined. Only what is new is validated.
 * @throws DeploymentError `INVALID_REQUEST` as {@link parseRequest}.
 */
export function amendRequest(
  request: NormalizedRequest,
  changes: Partial<DeployRequest>,
  context: { strategy?: string } = {},
): NormalizedRequest {
  const whole = (): NormalizedRequest => parseRequest({ ...request, ...changes }, context);
  if (!isNormalized(request) || JOINTLY_VALID.some((field) => field in changes)) return whole();
  const valid: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(changes)) {
    const parsed = deployRequestSchema.shape[field as RequestField]?.safeParse(value);
    if (!parsed?.success) return whole();
    valid[field] = parsed.data;
  }
  // In the schema's order, as the whole would be.
  const fields = REQUEST_FIELDS.map((field) => [field, field in valid ? valid[field] : request[field]] as const);
  return settled(Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as NormalizedRequest);
}

const isNormalized = (request: DeployRequest): request is NormalizedRequest =>
  typeof request === "object" && request !== null && normalized.has(request);

function settled(request: NormalizedRequest): NormalizedRequest {
  normalized.add(freeze(request));
  return request;
}

function freeze(value: object): object {
  for (const part of Object.values(Object.freeze(value))) {
    if (typeof part === "object" && part !== null && !Object.isFrozen(part)) freeze(part);
  }
  return value;
}

/** The name of a request that may be anything. */
const nameOf = (request: unknown): string | undefined => {
  const name = (request as { name?: unknown } | null | undefined)?.name;
  return isServiceName(name) ? name : undefined;
};

function invalidRequest(issues: ErrorIssue[], context: { service?: string; strategy?: string }): DeploymentError {
  const of = context.service === undefined ? "" : ` of service ${context.service}`;
  const findings = issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ");
  return new DeploymentError("INVALID_REQUEST", `The request${of} is not valid: ${findings}.`, {
    ...context,
    field: issues[0]?.field,
    issues,
    hint: "Correct the named fields; nothing was deployed.",
  });
}

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
