import { formatImageReference, parseImageReference } from "@openfactory/deploy-core";

/** Docker Hub's key in config.json and its name for credential helpers. */
const HUB_KEY = "https://index.docker.io/v1/";
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/**
 * The registry of an image, `docker.io` by default; undefined for an id, which is not in a registry.
 * @throws DeploymentError `INVALID_REQUEST` for a malformed reference.
 */
export function registryOf(image: string): string | undefined {
  const reference = parseImageReference(image);
  return "id" in reference ? undefined : normalizeRegistry(reference.registry);
}

/** The registry's host of a key in config.json: without scheme and path, and `docker.io` for Docker Hub. */
export function normalizeRegistry(key: string): string {
  const [first = ""] = key.replace(/^https?:\/\//i, "").split("/", 1);
  const host = first.toLowerCase();
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}

/** The name of a registry for credential helpers and the engine. */
export const serverAddress = (registry: string): string => (registry === "docker.io" ? HUB_KEY : registry);

/** An image in a registry, as the engine's calls expect it. */
export interface RemoteImage {
  registry: string;
  /** Without tag and digest. */
  name: string;
  /** The digest, or the tag, or `latest`: without one, the engine pulls all tags. */
  version: string;
  /** The complete reference, with the tag `latest` if it has neither tag nor digest. */
  text: string;
}

/**
 * The image as it is requested from its registry; undefined for an id.
 * @throws DeploymentError `INVALID_REQUEST`.
 */
export function remoteImage(image: string): RemoteImage | undefined {
  const reference = parseImageReference(image);
  if ("id" in reference) return undefined;
  const { name, registry, tag, digest } = reference;
  return {
    registry: normalizeRegistry(registry),
    name,
    version: digest ?? tag ?? "latest",
    text: formatImageReference(reference),
  };
}
