import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

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
    const { RepoDigests } = await engine.images.inspect(image);
    const digest = RepoDigests?.find((reference) => sameRepository(reference, image))?.split("@")[1];
    return digest === undefined ? image : `${image}@${digest}`;
  } catch {
    // The container runs: that the engine can't tell its image's digest is no failure of the deploy.
    return image;
  }
}

/** `registry:5000/demo@sha256:...` and `registry:5000/demo:1`; the engine leaves `docker.io/library/` out. */
const sameRepository = (reference: string, image: string): boolean =>
  reference.split("@")[0] === image.replace(/:[\w.-]+$/, "").replace(/^(?:docker\.io\/)?(?:library\/)?/, "");
