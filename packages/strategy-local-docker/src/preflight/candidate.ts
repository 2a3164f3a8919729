import {
  DeploymentError,
  type ErrorCode,
  type NormalizedRequest,
  parseRequest,
  type PreflightRequest,
} from "@openfactory/deploy-core";
import { toContainerCreateBody } from "@openfactory/docker-translators";
import { planContainers, type PlannedContainer } from "../deploy/plan-containers.js";
import type { LocalDockerOptions } from "../options.js";

/** What stands in the way of a request. */
export interface Finding {
  code: ErrorCode;
  field?: string;
  message: string;
  hint: string;
}

/** A request that can be deployed at all, with the containers that it becomes. */
export interface Candidate {
  service: string;
  request: NormalizedRequest;
  containers: readonly PlannedContainer[];
  updates: boolean;
}

/** What a request would become; or what is wrong with it, whatever the engine has. */
export function candidateOf(
  { request, updates }: PreflightRequest,
  options: LocalDockerOptions,
  apiVersion: string,
): Candidate | { service: string; findings: Finding[] } {
  try {
    const normalized = parseRequest(request);
    const containers = planContainers(normalized, options);
    for (const container of containers)
      toContainerCreateBody(container.request, { apiVersion, serviceName: normalized.name });
    return { service: normalized.name, request: normalized, containers, updates };
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return { service: String(request.name), findings: findingsOf(error) };
  }
}

function findingsOf({ code, message, hint = "Correct the request.", field, issues }: DeploymentError): Finding[] {
  const all = issues.length > 0 ? issues : [{ field, message }];
  return all.map((issue) => ({ code, field: issue.field, message: issue.message.replace(/\.$/, ""), hint }));
}
