/** Docker Hub's key in config.json and its name for credential helpers. */
export const HUB_KEY = "https://index.docker.io/v1/";
const HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** The registry of an image reference, `docker.io` where it names none. Source: distribution/reference. */
export function registryOf(image: string): string {
  const slash = image.indexOf("/");
  const first = slash === -1 ? "" : image.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  return isHost ? normaliseRegistry(first) : "docker.io";
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

/** A reference as ImageCreate takes it. `version` is the digest where there is one, or else the tag. */
export function splitReference(image: string): { name: string; version?: string } {
  const [tagged = "", digest] = image.split("@", 2);
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  const name = colon === -1 ? tagged : tagged.slice(0, colon);
  const version = digest ?? (colon === -1 ? undefined : tagged.slice(colon + 1));
  return version === undefined ? { name } : { name, version };
}

/** The reference with `latest` where it has neither tag nor digest: the engine would pull all tags. */
export const withDefaultTag = (image: string): string =>
  splitReference(image).version === undefined ? `${image}:latest` : image;
