import {
  DeploymentError,
  imageText,
  type NamedImage,
  type NormalizedRequest,
  parseImageReference,
} from "@openfactory/deploy-core";
import type { DockerEngine, ImageDetails } from "@openfactory/docker-engine";

/** Looks at an image by reference or id; undefined: the engine does not have it (any more). */
export type ImageLookup = (image: string) => Promise<ImageDetails | undefined>;

/** So long what was found holds: a run asks for the image of a hundred services within moments. */
const KEPT_MS = 2_000;

interface Asked {
  readonly at: number;
  readonly found: Promise<ImageDetails | undefined>;
}

const askedOf = new WeakMap<DockerEngine, Map<string, Asked>>();

/** Looks at each image once, whoever asks for it within moments. Not given a signal: others wait for the same answer. */
export function imageLookup(engine: DockerEngine): ImageLookup {
  const asked = askedOf.get(engine) ?? new Map<string, Asked>();
  askedOf.set(engine, asked);
  return (image) => {
    const known = asked.get(image);
    if (known !== undefined && Date.now() - known.at < KEPT_MS) return known.found;
    const found = look(engine, image);
    asked.set(image, { at: Date.now(), found });
    found.catch(() => asked.get(image)?.found === found && asked.delete(image));
    return found;
  };
}

/** An image that was pulled is there now, or is another one. */
export const forgetImage = (engine: DockerEngine, image: string): void => void askedOf.get(engine)?.delete(image);

async function look(engine: DockerEngine, image: string): Promise<ImageDetails | undefined> {
  try {
    return await engine.images.inspect(image);
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The digests by which the repository of `image` has this image: several, where it is part of an index as well. */
export function repoDigests({ RepoDigests }: ImageDetails, image: string): string[] {
  const wanted = named(image);
  return (RepoDigests ?? [])
    .map(named)
    .flatMap((of) =>
      of?.digest !== undefined && wanted !== undefined && sameRepository(of, wanted) ? [of.digest] : [],
    )
    .sort();
}

/** `demo` as `demo:latest@sha256:...`; one that has a digest, or is an image's id, is pinned already. */
export function pinned(image: string, digest: string | undefined): string {
  const wanted = named(image);
  return digest === undefined || wanted === undefined || wanted.digest !== undefined
    ? image
    : `${imageText(wanted)}@${digest}`;
}

/** Undefined for an image's id, and for what is no reference: engines also write `<none>@<none>`. */
function named(text: string): NamedImage | undefined {
  try {
    const reference = parseImageReference(text);
    return "id" in reference ? undefined : reference;
  } catch {
    return undefined;
  }
}

const sameRepository = (a: NamedImage, b: NamedImage): boolean =>
  a.registry === b.registry && a.repository === b.repository;

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
