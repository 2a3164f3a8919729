import { createHash } from "node:crypto";
import type { Registry } from "./registry.js";

/** The media types of an index: Docker's and OCI's. */
export const INDEX_TYPES = {
  docker: "application/vnd.docker.distribution.manifest.list.v2+json",
  oci: "application/vnd.oci.image.index.v1+json",
} as const;

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/**
 * Combines images of one repository into an image for several platforms.
 * @param name such as `app:multi`
 * @param platforms the tag of each platform's image, by architecture: `{ amd64: "1", arm64: "2" }`
 * @returns the digest of the index
 */
export async function pushIndex(
  registry: Registry,
  name: string,
  platforms: Readonly<Record<string, string>>,
  type: keyof typeof INDEX_TYPES,
): Promise<string> {
  const [repository, tag] = name.split(":");
  const manifests = await Promise.all(
    Object.entries(platforms).map(async ([architecture, of]) => {
      const { body } = await registry.get(`/v2/${repository}/manifests/${of}`);
      // The registry formats manifests this way, and computes digests of that text.
      const text = typeof body === "string" ? body : JSON.stringify(body, null, 3);
      return { mediaType: MANIFEST, digest: sha256(text), size: text.length, platform: { architecture, os: "linux" } };
    }),
  );
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPES[type], manifests });
  await registry.put(`/v2/${repository}/manifests/${tag}`, index, INDEX_TYPES[type]);
  return sha256(index);
}

const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
