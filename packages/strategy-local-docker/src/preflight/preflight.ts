import {
  parseRequest,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { checkRequests, type DockerEngine } from "@openfactory/docker-engine";
import { toContainerCreateBody } from "@openfactory/docker-translators";
import { planContainers } from "../deploy/plan-containers.js";
import type { LocalDockerOptions } from "../options.js";
import { checkImages } from "./images.js";
import { checkNames, checkPorts } from "./names-and-ports.js";
import { checkFiles, checkLimits, checkNetworks, checkVolumes } from "./resources.js";
import { type PlannedRequest, takeSnapshot } from "./snapshot.js";

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
  const { valid, collectProblems } = checkRequests(requests, (request) => checkRequest(request, platform, apiVersion));
  const [snapshot, imageProblems] = await Promise.all([
    takeSnapshot(engine, valid, options),
    checkImages(engine, valid, options),
  ]);
  return collectProblems((request) => [
    ...checkNames(request, snapshot),
    ...imageProblems(request),
    ...checkNetworks(request, snapshot),
    ...checkPorts(request, snapshot, valid),
    ...checkVolumes(request, snapshot),
    ...checkFiles(request, snapshot),
    ...checkLimits(request, snapshot),
  ]);
}

/** Checks a request without the engine's state. @throws DeploymentError if it can never be deployed. */
function checkRequest(
  { request, updates }: PreflightRequest,
  options: LocalDockerOptions,
  apiVersion: string,
): PlannedRequest {
  const normalized = parseRequest(request);
  const containers = planContainers(normalized, options);
  for (const container of containers)
    toContainerCreateBody(container.request, { apiVersion, serviceName: normalized.name });
  return { request: normalized, containers, updates };
}
