import { imageText, parseImageReference } from "@openfactory/deploy-core";

/** Docker Hub's key in config.json and its name for credential helpers. */
const HUB_KEY = "https://index.docker.io/v1/";
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * The registry of an image, `docker.io` where it names none; undefined for an id, which no registry knows.
 * @throws DeploymentError `INVALID_REQUEST` for what is no image reference.
 */
export function registryOf(image: string): string | undefined {
  const reference = parseImageReference(image);
  return "id" in reference ? undefined : normaliseRegistry(reference.registry);
}

/** A key of config.json as a registry's host: without scheme and path, and one name for Docker Hub. */
export function normaliseRegistry(key: string): string {
  const host = key
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*$/, "")
    .toLowerCase();
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}

/** How a registry is named to credential helpers and to the engine. */
export const serverAddress = (registry: string): string => (registry === "docker.io" ? HUB_KEY : registry);

/** An image in a registry, as the engine's calls take it. */
export interface RemoteImage {
  registry: string;
  /** Without tag and digest. */
  name: string;
  /** The digest where there is one, or else the tag, or else `latest`: without any, the engine would pull all tags. */
  version: string;
  /** As a whole, with the tag `latest` where neither tag nor digest is named. */
  text: string;
}

/**
 * The image as it is asked for at its registry; undefined for an id.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export function remoteImage(image: string): RemoteImage | undefined {
  const reference = parseImageReference(image);
  if ("id" in reference) return undefined;
  const { name, registry, tag, digest } = reference;
  return {
    registry: normaliseRegistry(registry),
    name,
    version: digest ?? tag ?? "latest",
    text: imageText(reference),
  };
}
