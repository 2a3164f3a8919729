import { type DeploymentError, mapLimit } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type CheckedRequest,
  type DockerEngine,
  hasImage,
  type Problem,
} from "@openfactory/docker-engine";
import { registryRefusal } from "../deploy/images.js";
import type { EngineSnapshot } from "./snapshot.js";

/** The number of images that are looked up at the same time. */
const CONCURRENCY = 4;

/** Pull policies with which a node asks a registry. */
const PULLED: ReadonlySet<string> = new Set(["missing", "always"]);

/** The results of the lookups, by image reference. */
export interface ImageResults {
  /** The refusals of registries. */
  readonly refusals: ReadonlyMap<string, DeploymentError>;
  /** The images that the manager's own node has, if a request uses the pull policy `missing`. */
  readonly onManager: ReadonlySet<string>;
}

/**
 * Looks up each image once: on the manager's own node if the policy is `missing`, then in its registry. A registry that
 * can't be reached is no problem, since the nodes may have the image.
 * @throws DeploymentError `ABORTED`.
 */
export async function checkImages(
  engine: DockerEngine,
  requests: readonly CheckedRequest[],
  snapshot: EngineSnapshot,
  { signal }: CallOptions,
): Promise<ImageResults> {
  const refusals = new Map<string, DeploymentError>();
  const onManager = new Set<string>();
  await mapLimit(CONCURRENCY, [...imagesToCheck(requests, snapshot)], async ([image, policies]) => {
    if (policies.has("missing") && (await hasImage(engine, image, { signal }))) onManager.add(image);
    if (onManager.has(image) && !policies.has("always")) return;
    const refusal = await registryRefusal(engine, image, { signal });
    if (refusal !== undefined) refusals.set(image, refusal);
  });
  return { refusals, onManager };
}

/** Each image with the pull policies of its requests. Without images that already run, unless they are always pulled. */
function imagesToCheck(requests: readonly CheckedRequest[], { services }: EngineSnapshot): Map<string, Set<string>> {
  const images = new Map<string, Set<string>>();
  for (const { request, updates } of requests) {
    const { image, imagePullPolicy = "missing", name } = request;
    const running = updates ? services.find((service) => service.name === name)?.image : undefined;
    if (!PULLED.has(imagePullPolicy) || (imagePullPolicy === "missing" && image === running)) continue;
    images.set(image, (images.get(image) ?? new Set<string>()).add(imagePullPolicy));
  }
  return images;
}

/** Images that a registry does not have, or does not let this user pull. */
export function imageProblems(checked: CheckedRequest, { refusals, onManager }: ImageResults): Problem[] {
  const { image, imagePullPolicy = "missing" } = checked.request;
  const refusal = refusals.get(image);
  if (refusal === undefined || !PULLED.has(imagePullPolicy)) return [];
  if (imagePullPolicy === "missing" && onManager.has(image)) return [];
  return [
    {
      code: refusal.code,
      field: "image",
      message:
        refusal.code === "UNAUTHORIZED"
          ? `The registry denies this user access to the image ${image}`
          : `The registry has no image ${image}`,
      hint: refusal.hint ?? "Check the image's name and tag.",
    },
  ];
}
