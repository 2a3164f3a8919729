import {
  checkSupport,
  parseRequest,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { type CheckedRequest, checkRequests, type DockerEngine, type Problem } from "@openfactory/docker-engine";
import { checkServiceRequest } from "@openfactory/docker-translators";
import { swarmManifest } from "../manifest.js";
import { checkImages, imageProblems, type ImageResults } from "./images.js";
import { placementProblems } from "./placement.js";
import { containerPortProblems, findPortOwners, hostPortProblems, type PortOwners, portProblems } from "./ports.js";
import { fileProblems, networkProblems, volumeProblems } from "./resources.js";
import { type EngineSnapshot, takeSnapshot } from "./snapshot.js";
import { startFirstProblems } from "./start-first.js";

/**
 * Finds what would make deploys of these requests fail: one call for each kind of resource that they need, and at most two
 * for each image. The images, volumes and directories of other nodes can't be checked from a manager.
 * @throws DeploymentError if the engine is unreachable or not a manager; `ABORTED`.
 */
export async function preflight(
  engine: DockerEngine,
  requests: readonly PreflightRequest[],
  { signal, listed }: PreflightOptions,
): Promise<PreflightProblem[]> {
  throwIfAborted(signal);
  const apiVersion = await engine.apiVersion({ signal });
  const { valid, collectProblems } = checkRequests(requests, (request) => checkRequest(request, apiVersion));
  const snapshot = await takeSnapshot(engine, valid, { signal, listed });
  const images = await checkImages(engine, valid, snapshot, { signal });
  const serviceNames = new Set(snapshot.services.map(({ name }) => name));
  const context = { snapshot, images, serviceNames, portOwners: findPortOwners(snapshot.services, valid) };
  return collectProblems((checked) => problemsOf(checked, context));
}

/** Checks a request without the engine's state. @throws DeploymentError if it can never be deployed. */
function checkRequest({ request, updates }: PreflightRequest, apiVersion: string): CheckedRequest {
  const checked = { request: parseRequest(request, { strategy: swarmManifest.name }), updates };
  checkSupport(checked.request, swarmManifest);
  checkServiceRequest(checked.request, { apiVersion });
  return checked;
}

interface CheckContext {
  snapshot: EngineSnapshot;
  images: ImageResults;
  serviceNames: ReadonlySet<string>;
  portOwners: PortOwners;
}

const problemsOf = (
  checked: CheckedRequest,
  { snapshot, images, serviceNames, portOwners }: CheckContext,
): Problem[] => [
  ...nameProblems(checked, serviceNames),
  ...imageProblems(checked, images),
  ...networkProblems(checked, snapshot),
  ...portProblems(checked, portOwners),
  ...containerPortProblems(checked, snapshot),
  ...hostPortProblems(checked, snapshot, portOwners),
  ...placementProblems(checked, snapshot),
  ...startFirstProblems(checked, snapshot),
  ...volumeProblems(checked, snapshot),
  ...fileProblems(checked, snapshot),
];

function nameProblems(checked: CheckedRequest, serviceNames: ReadonlySet<string>): Problem[] {
  const { request, updates } = checked;
  if (updates || !serviceNames.has(request.name)) return [];
  const message = `A service named ${request.name} already exists`;
  const hint = "Choose another name, or remove the existing service first.";
  return [{ code: "ALREADY_EXISTS", field: "name", message, hint }];
}
