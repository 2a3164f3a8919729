import { DeploymentError, type ErrorIssue } from "../errors/deployment-error.js";
import { type DeployRequest, deployRequestSchema, type NormalizedRequest } from "./deploy-request.js";
import { isServiceName } from "./name.js";
import { zodIssues } from "./zod-issues.js";

/**
 * Validates a request and resolves its shorthands. The caller's objects are left alone.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function parseRequest(request: DeployRequest, context: { strategy?: string } = {}): NormalizedRequest {
  const parsed = deployRequestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw invalidRequest(zodIssues(parsed.error), { ...context, service: nameOf(request) });
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
