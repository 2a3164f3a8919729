import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { DeploymentError, type NamedImage, parseImageReference } from "@openfactory/deploy-core";
import { z } from "zod";
import type { Environment } from "../endpoint/docker-config.js";
import { CredentialStore } from "../registry-auth/credential-store.js";
import { RegistryClient } from "./registry-client.js";

// The format of cosign's signatures: sigstore/cosign, specs/SIGNATURE_SPEC.md.
const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const PAYLOAD_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

/** The most signatures of one image that are read. */
const MAX_SIGNATURES = 100;

const signaturesShape = z.object({
  layers: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const referrersShape = z.object({
  manifests: z.array(
    z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), artifactType: z.string().optional() }),
  ),
});

/** The signed statement: "simple signing" of containers/image. Other parts are not used. */
const payloadShape = z.object({
  critical: z.object({
    image: z.object({ "docker-manifest-digest": z.string() }),
    type: z.literal("cosign container image signature"),
  }),
});

export type ImageVerifier = (
  image: string,
  keys: readonly string[],
  options?: { signal?: AbortSignal },
) => Promise<string>;

/**
 * Verifies signatures that `cosign sign --key` has stored in the registry of an image: under the tag `sha256-<digest>.sig`, or
 * as a referrer (OCI 1.1), in registries with and without a list of referrers. Signatures with certificates (keyless) and
 * transparency logs are not used.
 * @param options.env for the user's registry credentials: Docker's config.json.
 * @returns a function that resolves with the digest that one of the keys (ECDSA P-256, PEM) has signed. It rejects with
 * `POLICY_VIOLATION` if there is no such signature; `IMAGE_NOT_FOUND`; `ENGINE_UNREACHABLE`, `UNAUTHORIZED` and `ENGINE_ERROR`
 * of the registry; `ABORTED`.
 */
export function createImageVerifier({ env }: { env: Environment }): ImageVerifier {
  const store = new CredentialStore(env);
  const known = new Map<string, Promise<string>>();
  return (image, keys, { signal } = {}) => {
    const id = JSON.stringify([image, keys]);
    const found = known.get(id) ?? verifyImage(image, keys, store, signal);
    known.set(id, found);
    // A later run may succeed.
    found.catch(() => known.delete(id));
    return found;
  };
}

async function verifyImage(
  image: string,
  keys: readonly string[],
  store: CredentialStore,
  signal: AbortSignal | undefined,
): Promise<string> {
  const reference = parseImageReference(image);
  if ("id" in reference) throw unsigned(image, "an image by its id has no signature");
  const client = new RegistryClient(reference, {
    signal,
    find: async (registry, limit) => (await store.find(registry, limit ? { signal: limit } : {}))?.credentials,
  });
  const digest = await digestOf(client, reference, image);
  const publicKeys = keys.map((key) => createPublicKey(key));
  let count = 0;
  for await (const { signature, payload } of signaturesOf(client, digest)) {
    count += 1;
    if (count > MAX_SIGNATURES) break;
    if (publicKeys.some((key) => isValid(payload, signature, key)) && signedDigest(payload) === digest) return digest;
  }
  throw unsigned(
    image,
    count === 0 ? "it has no signature" : `none of its ${count} signatures is valid for this image and an allowed key`,
  );
}

/** The digest of the image: of the reference, or of the manifest or index that its tag names. */
async function digestOf(client: RegistryClient, { digest, tag }: NamedImage, image: string): Promise<string> {
  const found = await client.manifest(digest ?? tag ?? "latest");
  if (found === undefined) {
    throw new DeploymentError("IMAGE_NOT_FOUND", `The registry has no image ${image}.`, {
      hint: "Check the name and the tag.",
      subject: { kind: "image", name: image },
    });
  }
  return found.digest;
}

async function* signaturesOf(
  client: RegistryClient,
  digest: string,
): AsyncGenerator<{ signature: Buffer; payload: Buffer }> {
  for await (const manifest of signatureManifests(client, digest)) {
    const { data } = signaturesShape.safeParse(manifest);
    for (const { mediaType, annotations, digest: blob } of data?.layers ?? []) {
      const signature = annotations?.[SIGNATURE_ANNOTATION];
      if (mediaType !== PAYLOAD_TYPE || signature === undefined) continue;
      const payload = await client.blob(blob);
      if (payload !== undefined) yield { signature: Buffer.from(signature, "base64"), payload };
    }
  }
}

async function* signatureManifests(client: RegistryClient, digest: string): AsyncGenerator<unknown> {
  const tagged = await client.manifest(`${digest.replace(":", "-")}.sig`);
  if (tagged !== undefined) yield tagged.content;
  // Registries without the list have an index under a tag instead (OCI distribution specification, referrers tag schema).
  const list = (await client.referrers(digest)) ?? (await client.manifest(digest.replace(":", "-")))?.content;
  const { data } = referrersShape.safeParse(list);
  const signatures = (data?.manifests ?? []).filter(({ artifactType }) => artifactType?.includes("cosign"));
  for (const { digest: referrer } of signatures.slice(0, MAX_SIGNATURES)) {
    const manifest = await client.manifest(referrer);
    if (manifest !== undefined) yield manifest.content;
  }
}

const isValid = (payload: Buffer, signature: Buffer, key: KeyObject): boolean => {
  try {
    return verify("sha256", payload, key, signature);
  } catch {
    return false;
  }
};

function signedDigest(payload: Buffer): string | undefined {
  try {
    return payloadShape.safeParse(JSON.parse(payload.toString("utf8"))).data?.critical.image["docker-manifest-digest"];
  } catch {
    return undefined;
  }
}

const unsigned = (image: string, reason: string): DeploymentError =>
  new DeploymentError("POLICY_VIOLATION", `The image ${image} is not signed as required: ${reason}.`, {
    hint: "Sign the image with `cosign sign --key cosign.key <image>@<digest>`, or use an image that is signed.",
    subject: { kind: "image", name: image },
  });
