import type { DeploymentError, PreflightProblem } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine } from "@openfactory/docker-engine";
import { isImageOnManager, registryRefusal } from "../deploy/images.js";
import { type CheckedRequest, type EngineSnapshot, problem } from "./snapshot.js";

/** So many images are asked for at the same time. */
const NO_DELAY = 4;

/** Pull policies by which a node asks a registry at all. */
const PULLED: ReadonlySet<string> = new Set(["missing", "always"]);

/** What was found of images, by reference. */
export interface ImageResults {
  /** What a registry refused. */
  readonly faults: ReadonlyMap<string, DeploymentError>;
  /** Those that the manager's own node has, where a request is content with that. */
  readonly onManager: ReadonlySet<string>;
}

/**
 * Asks for each image once: of the registry, and, where the policy is `missing`, of the manager's own node first. A
 * registry that can't be reached says nothing: nodes may have the image.
 * @throws DeploymentError `ABORTED`.
 */
export async function checkImages(
  engine: DockerEngine,
  candidates: readonly CheckedRequest[],
  world: EngineSnapshot,
  { signal }: CallOptions,
): Promise<ImageResults> {
  const left = [...imagesToCheck(candidates, world)];
  const faults = new Map<string, DeploymentError>();
  const onManager = new Set<string>();
  const ask = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [image, policies] = next;
      if (policies.has("missing") && (await isImageOnManager(engine, image, { signal }))) onManager.add(image);
      if (onManager.has(image) && !policies.has("always")) continue;
      const fault = await registryRefusal(engine, image, { signal });
      if (fault !== undefined) faults.set(image, fault);
    }
  };
  await Promise.all(Array.from({ length: NO_DELAY }, ask));
  return { faults, onManager };
}

/** Each image, and the pull policies with which it is wanted. What runs already needs no look, unless it is always pulled. */
function imagesToCheck(candidates: readonly CheckedRequest[], { services }: EngineSnapshot): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const { request, updates } of candidates) {
    const { image, imagePullPolicy = "missing", name } = request;
    const now = updates ? services.find((service) => service.name === name)?.image : undefined;
    if (!PULLED.has(imagePullPolicy) || (imagePullPolicy === "missing" && image === now)) continue;
    wanted.set(image, (wanted.get(image) ?? new Set<string>()).add(imagePullPolicy));
  }
  return wanted;
}

/** Images that a registry does not have, or does not give to us. */
export function imageProblems(candidate: CheckedRequest, { faults, onManager }: ImageResults): PreflightProblem[] {
  const { image, imagePullPolicy = "missing" } = candidate.request;
  const fault = faults.get(image);
  if (fault === undefined || !PULLED.has(imagePullPolicy)) return [];
  if (imagePullPolicy === "missing" && onManager.has(image)) return [];
  const exists = fault.code === "UNAUTHORIZED";
  return [
    problem(candidate, {
      code: fault.code,
      field: "image",
      message: exists
        ? `The registry does not give the image ${image} to this user`
        : `There is no image ${image} in its registry`,
      hint: fault.hint ?? "Check the image's name and tag.",
    }),
  ];
}
