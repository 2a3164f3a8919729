import {
  formatImageReference,
  type NamedImage,
  type NormalizedRequest,
  parseImageReference,
} from "@openfactory/deploy-core";
import { type DockerEngine, ifExists, type ImageDetails, perEngine } from "@openfactory/docker-engine";

/** Inspects an image by reference or id; undefined if the engine does not have it. */
export type ImageLookup = (image: string) => Promise<ImageDetails | undefined>;

/** How long an answer is kept: a run asks for the image of a hundred services within moments. */
const CACHE_MS = 2_000;

interface CachedImage {
  readonly at: number;
  readonly found: Promise<ImageDetails | undefined>;
}

const cacheOf = perEngine(() => new Map<string, CachedImage>());

/** Inspects each image once within moments. Without a signal, since several callers share the answer. */
export function imageLookup(engine: DockerEngine): ImageLookup {
  const cache = cacheOf(engine);
  return (image) => {
    const cached = cache.get(image);
    if (cached !== undefined && Date.now() - cached.at < CACHE_MS) return cached.found;
    const found = ifExists(engine.images.inspect(image), "IMAGE_NOT_FOUND");
    cache.set(image, { at: Date.now(), found });
    found.catch(() => cache.get(image)?.found === found && cache.delete(image));
    return found;
  };
}

/** After a pull, the reference may mean another image. */
export const forgetImage = (engine: DockerEngine, image: string): void => void cacheOf(engine).delete(image);

/**
 * The image of a deployment. With the pull policy `always` it has the digest of the image that was pulled, so that the
 * caller knows which one runs. An image that the engine had already is not worth a call.
 */
export async function resolveImage(
  engine: DockerEngine,
  { image, imagePullPolicy }: NormalizedRequest,
): Promise<string> {
  const reference = parseImageReference(image);
  if (imagePullPolicy !== "always" || "id" in reference || reference.digest !== undefined) return image;
  try {
    const digests = repoDigests(await engine.images.inspect(image), image);
    // An image can be in a repository more than once, for example as part of an index: its registry knows the digest of the tag.
    const digest = digests.length > 1 ? await engine.images.digest(image) : digests[0];
    return digest !== undefined && digests.includes(digest) ? pinDigest(image, digest) : image;
  } catch {
    // The container runs: an unknown digest does not make the deploy fail.
    return image;
  }
}

/** The digests of an image in the repository of the reference `image`. There are several if it is also part of an index. */
export function repoDigests({ RepoDigests }: ImageDetails, image: string): string[] {
  const wanted = parseNamed(image);
  return (RepoDigests ?? [])
    .map(parseNamed)
    .flatMap((known) =>
      known?.digest !== undefined && wanted !== undefined && sameRepository(known, wanted) ? [known.digest] : [],
    )
    .sort();
}

/** `demo` as `demo:latest@sha256:...`. A reference that has a digest, or is an id, stays as it is. */
export function pinDigest(image: string, digest: string | undefined): string {
  const reference = parseNamed(image);
  return digest === undefined || reference === undefined || reference.digest !== undefined
    ? image
    : `${formatImageReference(reference)}@${digest}`;
}

/** Undefined for an id, and for text that is no reference: engines also write `<none>@<none>`. */
function parseNamed(text: string): NamedImage | undefined {
  try {
    const reference = parseImageReference(text);
    return "id" in reference ? undefined : reference;
  } catch {
    return undefined;
  }
}

const sameRepository = (a: NamedImage, b: NamedImage): boolean =>
  a.registry === b.registry && a.repository === b.repository;
