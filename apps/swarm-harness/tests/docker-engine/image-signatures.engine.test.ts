import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createImageVerifier } from "@openfactory/docker-engine";
import { type Registry, startRegistry } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

const sha256 = (bytes: string | Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const newKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { privateKey, pem: publicKey.export({ type: "spki", format: "pem" }) as string };
};
const [ours, other] = [newKeys(), newKeys()];
const folder = mkdtempSync(join(tmpdir(), "signatures-"));

let registry: Registry;
let closed: Registry;
beforeAll(async () => {
  [registry, closed] = await Promise.all([startRegistry(), startRegistry({ auth: true })]);
  const auth = Buffer.from(`${closed.credentials?.username}:${closed.credentials?.password}`).toString("base64");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [closed.host]: { auth } } }));
});
afterAll(async () => {
  await Promise.all([registry.stop(), closed.stop()]);
  rmSync(folder, { recursive: true });
});

/** Uploads a blob, as clients of the registry API do. */
async function pushBlob(at: Registry, repository: string, bytes: Buffer): Promise<{ digest: string; size: number }> {
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
async function pushImage(at: Registry, repository: string, tag: string): Promise<string> {
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

interface Signing {
  key: KeyObject;
  /** The digest in the payload. Default: the image's. */
  claims?: string;
  /** What is uploaded instead of the payload that was signed. */
  upload?: (payload: string) => string;
  type?: string;
}

/** Signs an image as `cosign sign --key` does (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
async function signImage(at: Registry, repository: string, digest: string, ...signings: Signing[]): Promise<void> {
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
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers,
  };
  await at.put(`/v2/${repository}/manifests/${digest.replace(":", "-")}.sig`, JSON.stringify(manifest), OCI);
}

const verify = (image: string, keys = [ours.pem], env: Record<string, string> = { DOCKER_CONFIG: "/nonexistent" }) =>
  createImageVerifier({ env })(image, keys);

describe("createImageVerifier()", () => {
  test("returns the digest of an image that one of the keys has signed, by tag and by digest", async () => {
    const digest = await pushImage(registry, "signed", "1");
    await signImage(registry, "signed", digest, { key: other.privateKey }, { key: ours.privateKey });
    expect(await verify(`${registry.host}/signed:1`)).toBe(digest);
    expect(await verify(`${registry.host}/signed@${digest}`)).toBe(digest);
    expect(await verify(`${registry.host}/signed:1`, [newKeys().pem, other.pem])).toBe(digest);
  });

  test("verifies the index of an image for several platforms", async () => {
    const digest = await pushImage(registry, "multi", "amd64");
    const { body } = await registry.get(`/v2/multi/manifests/${digest}`);
    const platform = { architecture: "amd64", os: "linux" };
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ mediaType: OCI, digest, size: Buffer.byteLength(JSON.stringify(body)), platform }],
    });
    await registry.put("/v2/multi/manifests/1", index, INDEX);
    await signImage(registry, "multi", digest, { key: ours.privateKey });
    await expect(verify(`${registry.host}/multi:1`)).rejects.toMatchObject({ code: "POLICY_VIOLATION" });
    await signImage(registry, "multi", sha256(index), { key: ours.privateKey });
    expect(await verify(`${registry.host}/multi:1`)).toBe(sha256(index));
  });

  test.each<[string, Signing[], string]>([
    ["that is not signed", [], "it has no signature"],
    ["of another key", [{ key: other.privateKey }], "none of its 1 signatures is valid"],
    [
      "whose payload was changed after it was signed",
      [
        {
          key: ours.privateKey,
          claims: sha256("another"),
          upload: (text) => text.replace(sha256("another"), "sha256:0"),
        },
      ],
      "none of its 1 signatures is valid",
    ],
    ["whose signature is of another image", [{ key: ours.privateKey, claims: sha256("another") }], "none of its 1"],
    [
      "whose signature is of another type",
      [{ key: ours.privateKey, type: "atomic container signature" }],
      "none of its 1",
    ],
  ])("rejects an image %s with POLICY_VIOLATION", async (title, signings, reason) => {
    const repository = title.replaceAll(" ", "-");
    const digest = await pushImage(registry, repository, "1");
    if (signings.length > 0) await signImage(registry, repository, digest, ...signings);
    await expect(verify(`${registry.host}/${repository}:1`)).rejects.toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringContaining(reason),
    });
  });

  test("does not use the signature of an image whose tag now names another one", async () => {
    const digest = await pushImage(registry, "moved", "1");
    await signImage(registry, "moved", digest, { key: ours.privateKey });
    const config = await pushBlob(registry, "moved", Buffer.from('{"new":true}'));
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [],
    });
    await registry.put("/v2/moved/manifests/1", manifest, OCI);
    await expect(verify(`${registry.host}/moved:1`)).rejects.toMatchObject({ code: "POLICY_VIOLATION" });
    expect(await verify(`${registry.host}/moved@${digest}`)).toBe(digest);
  });

  test("reads signatures with the credentials of docker login, and rejects with UNAUTHORIZED without them", async () => {
    const digest = await pushImage(closed, "app", "1");
    await signImage(closed, "app", digest, { key: ours.privateKey });
    expect(await verify(`${closed.host}/app:1`, [ours.pem], { DOCKER_CONFIG: folder })).toBe(digest);
    await expect(verify(`${closed.host}/app:1`)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("rejects with IMAGE_NOT_FOUND and ENGINE_UNREACHABLE", async () => {
    await expect(verify(`${registry.host}/none:1`)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    const stopped = await startRegistry();
    await stopped.stop();
    await expect(verify(`${stopped.host}/app:1`)).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
