import { imageText, type NamedImage, parseImageReference } from "@openfactory/deploy-core";
import type { ImageDetails } from "@openfactory/docker-engine";

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
