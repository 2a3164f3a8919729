import type { ImageDetails } from "@openfactory/docker-engine";

/** The digests by which the repository of `image` has this image: several, where it is part of an index as well. */
export const repoDigests = ({ RepoDigests }: ImageDetails, image: string): string[] =>
  (RepoDigests ?? [])
    .filter((reference) => sameRepository(reference, image))
    .flatMap((reference) => reference.split("@")[1] ?? [])
    .sort();

/** `demo:1` as `demo:1@sha256:...`; one that has a digest is pinned already. */
export function pinned(image: string, digest: string | undefined): string {
  if (digest === undefined || image.includes("@")) return image;
  return `${/:[\w.-]+$/.test(image) ? image : `${image}:latest`}@${digest}`;
}

/** `registry:5000/demo@sha256:...` and `registry:5000/demo:1`; the engine leaves `docker.io/library/` out. */
const sameRepository = (reference: string, image: string): boolean =>
  reference.split("@")[0] === image.replace(/@.*$/, "").replace(/:[\w.-]+$/, "").replace(/^(?:docker\.io\/)?(?:library\/)?/, "");
