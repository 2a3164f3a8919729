import {
  DeploymentError,
  parseRequest,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { toContainerCreateBody } from "@openfactory/docker-translators";
import { planContainers } from "../deploy/plan-containers.js";
import type { LocalDockerOptions } from "../options.js";
import { checkImages } from "./images.js";
import { checkNames, checkPorts } from "./names-and-ports.js";
import { checkLimits, checkNetworks, checkVolumes } from "./resources.js";
import { type CheckedRequest, type Problem, takeSnapshot } from "./snapshot.js";

/**
 * Finds the problems that would make deploys of these requests fail, or have other effects than expected, as far as the engine
 * can report them.
 */
export async function preflight(
  engine: DockerEngine,
  requests: readonly PreflightRequest[],
  platform: LocalDockerOptions,
  options: PreflightOptions,
): Promise<PreflightProblem[]> {
  throwIfAborted(options.signal);
  const apiVersion = await engine.apiVersion({ signal: options.signal });
  const parsed = requests.map((request) => checkRequest(request, platform, apiVersion));
  const valid = parsed.filter((one): one is CheckedRequest => "request" in one);
  const [snapshot, imageProblems] = await Promise.all([
    takeSnapshot(
      engine,
      valid.map(({ request }) => request),
      options,
    ),
    checkImages(engine, valid, options),
  ]);
  const problemsOf = (request: CheckedRequest): Problem[] => [
    ...checkNames(request, snapshot),
    ...imageProblems(request),
    ...checkNetworks(request, snapshot),
    ...checkPorts(request, snapshot, valid),
    ...checkVolumes(request, snapshot),
    ...checkLimits(request, snapshot),
  ];
  return parsed.flatMap((one) =>
    ("problems" in one ? one.problems : problemsOf(one)).map((problem) => ({ service: one.service, ...problem })),
  );
}

/** Checks a request without the engine's state. */
function checkRequest(
  { request, updates }: PreflightRequest,
  options: LocalDockerOptions,
  apiVersion: string,
): CheckedRequest | { service: string; problems: Problem[] } {
  try {
    const normalized = parseRequest(request);
    const containers = planContainers(normalized, options);
    for (const container of containers)
      toContainerCreateBody(container.request, { apiVersion, serviceName: normalized.name });
    return { service: normalized.name, request: normalized, containers, updates };
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return { service: String(request.name), problems: toProblems(error) };
  }
}

function toProblems({ code, message, hint = "Correct the request.", field, issues }: DeploymentError): Problem[] {
  const all = issues.length > 0 ? issues : [{ field, message }];
  return all.map((issue) => ({ code, field: issue.field, message: issue.message.replace(/\.$/, ""), hint }));
}
