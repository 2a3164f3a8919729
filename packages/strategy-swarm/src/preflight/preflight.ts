import {
  checkHonoured,
  DeploymentError,
  parseRequest,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { checkServiceRequest } from "@openfactory/docker-translators";
import { swarmManifest } from "../manifest.js";
import { checkImages, imageProblems, type ImageResults } from "./images.js";
import { placementProblems } from "./placement.js";
import { containerPortProblems, findPortOwners, hostPortProblems, type PortOwners, portProblems } from "./ports.js";
import { fileProblems, networkProblems, volumeProblems } from "./resources.js";
import { type CheckedRequest, type EngineSnapshot, look, problem } from "./snapshot.js";
import { startFirstProblems } from "./start-first.js";

/**
 * Looks at the swarm for what would make deploys of these requests fail: one call for each kind of thing that they need,
 * and two at the most for each image. What can't be seen from a manager is no problem: other nodes' images, volumes and
 * directories.
 * @throws DeploymentError as any look at the engine.
 */
export async function preflight(
  engine: DockerEngine,
  requests: readonly PreflightRequest[],
  { signal, listed }: PreflightOptions,
): Promise<PreflightProblem[]> {
  throwIfAborted(signal);
  const apiVersion = await engine.apiVersion({ signal });
  const parsed = requests.map((one) => candidateOf(one, apiVersion));
  const candidates = parsed.filter((one): one is CheckedRequest => "request" in one);
  const world = await look(engine, candidates, { signal, listed });
  const images = await checkImages(engine, candidates, world, { signal });
  const services = new Set(world.services.map(({ name }) => name));
  const surroundings = { world, images, services, holders: findPortOwners(world.services, candidates) };
  return parsed.flatMap((one) => ("request" in one ? problemsOf(one, surroundings) : [one]));
}

/** A request that may be deployed; or why it never can. */
function candidateOf({ request, updates }: PreflightRequest, apiVersion: string): CheckedRequest | PreflightProblem {
  const strategy = swarmManifest.name;
  try {
    const candidate = { request: parseRequest(request, { strategy }), updates };
    checkHonoured(candidate.request, swarmManifest);
    checkServiceRequest(candidate.request, { apiVersion });
    return candidate;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    const { code, issues, message, hint = "Correct the request." } = error;
    // An issue has the index of the element: ports[0], not ports[].
    const field = issues[0]?.field ?? error.field;
    return { code, service: request.name, ...(field && { field }), message: message.replace(/\.$/, ""), hint };
  }
}

interface CheckContext {
  world: EngineSnapshot;
  images: ImageResults;
  /** Names of those that are there. */
  services: ReadonlySet<string>;
  holders: PortOwners;
}

const problemsOf = (
  candidate: CheckedRequest,
  { world, images, services, holders }: CheckContext,
): PreflightProblem[] => [
  ...nameProblems(candidate, services),
  ...imageProblems(candidate, images),
  ...networkProblems(candidate, world),
  ...portProblems(candidate, holders),
  ...containerPortProblems(candidate, world),
  ...hostPortProblems(candidate, world, holders),
  ...placementProblems(candidate, world),
  ...startFirstProblems(candidate, world),
  ...volumeProblems(candidate, world),
  ...fileProblems(candidate, world),
];

function nameProblems(candidate: CheckedRequest, services: ReadonlySet<string>): PreflightProblem[] {
  const { request, updates } = candidate;
  if (updates || !services.has(request.name)) return [];
  const hint = "Choose another name, or remove that service first.";
  return [
    problem(candidate, {
      code: "ALREADY_EXISTS",
      field: "name",
      message: `There is a service named ${request.name} already`,
      hint,
    }),
  ];
}
