import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Registry } from "@openfactory/test-engine";
import { expect } from "vitest";

export const OCI = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";

export const sha256 = (bytes: string | Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export const newKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }) as string };
};

/** Uploads a blob, as clients of the registry API do. */
export async function pushBlob(
  at: Registry,
  repository: string,
  bytes: Buffer,
): Promise<{ digest: string; size: number }> {
  const { username, password } = at.credentials ?? {};
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  const begun = await fetch(`http://${at.host}/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
  const url = new URL(begun.headers.get("location") ?? "", `http://${at.host}`);
  url.searchParams.set("digest", sha256(bytes));
  const done = await fetch(url, { method: "PUT", body: new Uint8Array(bytes), headers });
  expect(done.status).toBe(201);
  return { digest: sha256(bytes), size: bytes.length };
}

/** Pushes an image with one layer. Returns its digest. */
export async function pushImage(at: Registry, repository: string, tag: string): Promise<string> {
  const config = await pushBlob(at, repository, Buffer.from(JSON.stringify({ repository, tag })));
  const layer = await pushBlob(at, repository, Buffer.from(`layer of ${repository}:${tag}`));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...layer }],
  });
  await at.put(`/v2/${repository}/manifests/${tag}`, manifest, OCI);
  return sha256(manifest);
}

export interface Signing {
  key: KeyObject;
  /** The digest in the payload. Default: the image's. */
  claims?: string;
  /** What is uploaded instead of the payload that was signed. */
  upload?: (payload: string) => string;
  type?: string;
}

/** Signs an image as `cosign sign --key` does (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
export async function signImage(
  at: Registry,
  repository: string,
  digest: string,
  ...signings: Signing[]
): Promise<void> {
  const manifest = await pushSignatures(at, repository, digest, signings);
  await at.put(`/v2/${repository}/manifests/${digest.replace(":", "-")}.sig`, JSON.stringify(manifest), OCI);
}

/**
 * Signs an image as `cosign sign --key` does with `--registry-referrers-mode=oci-1-1`.
 * @returns the entry of the signature in the list of the image's referrers
 */
export async function signAsReferrer(at: Registry, repository: string, digest: string, ...signings: Signing[]) {
  const type = "application/vnd.dev.cosign.artifact.sig.v1+json";
  const signatures = await pushSignatures(at, repository, digest, signings);
  const text = JSON.stringify({
    ...signatures,
    config: { ...signatures.config, mediaType: type },
    subject: { mediaType: OCI, digest, size: 1 },
  });
  await at.put(`/v2/${repository}/manifests/${sha256(text)}`, text, OCI);
  return { mediaType: OCI, digest: sha256(text), size: text.length, artifactType: type };
}

async function pushSignatures(at: Registry, repository: string, digest: string, signings: readonly Signing[]) {
  const layers = await Promise.all(
    signings.map(
      async ({ key, claims = digest, upload = (text) => text, type = "cosign container image signature" }) => {
        const payload = JSON.stringify({
          critical: {
            identity: { "docker-reference": `${at.host}/${repository}` },
            image: { "docker-manifest-digest": claims },
            type,
          },
          optional: null,
        });
        const blob = await pushBlob(at, repository, Buffer.from(upload(payload)));
        const signature = sign("sha256", Buffer.from(payload), key).toString("base64");
        return {
          mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
          ...blob,
          annotations: { "dev.cosignproject.cosign/signature": signature },
        };
      },
    ),
  );
  const config = await pushBlob(at, repository, Buffer.from("{}"));
  return {
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers,
  };
}
