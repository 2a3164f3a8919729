import { type NormalizedRequest, parseImageReference } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { pinned, repoDigests } from "./settings/repo-digest.js";

/**
 * The image as resolved. What was pulled because it should be what the registry has now is named with its digest, so
 * that the caller knows what that was; for an image that was there already it is not worth a call.
 */
export async function resolvedImage(
  engine: DockerEngine,
  { image, imagePullPolicy }: NormalizedRequest,
): Promise<string> {
  const wanted = parseImageReference(image);
  if (imagePullPolicy !== "always" || "id" in wanted || wanted.digest !== undefined) return image;
  try {
    const digests = repoDigests(await engine.images.inspect(image), image);
    // One image can be in a repository more than once, as part of an index for example: its registry knows which is meant.
    const meant = digests.length > 1 ? await engine.images.digest(image) : digests[0];
    return meant !== undefined && digests.includes(meant) ? pinned(image, meant) : image;
  } catch {
    // The container runs: that the engine can't tell its image's digest is no failure of the deploy.
    return image;
  }
}
