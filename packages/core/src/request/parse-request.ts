import { DeploymentError, type ErrorIssue } from "../errors/deployment-error.js";
import {
  type DeployRequest,
  deployRequestSchema,
  JOINTLY_VALID,
  type NormalizedRequest,
  REQUEST_FIELDS,
  type RequestField,
} from "./deploy-request.js";
import { isServiceName } from "./name.js";
import { zodIssues } from "./zod-issues.js";

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
