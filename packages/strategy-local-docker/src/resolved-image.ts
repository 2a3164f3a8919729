import type { NormalizedRequest } from "@openfactory/deploy-core";
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
  if (imagePullPolicy !== "always" || image.includes("@")) return image;
  try {
    return pinned(image, repoDigests(await engine.images.inspect(image), image)[0]);
  } catch {
    // The container runs: that the engine can't tell its image's digest is no failure of the deploy.
    return image;
  }
}
