import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, isIPv4 } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createImageVerifier } from "@openfactory/docker-engine";
import { type Registry, startRegistry } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  INDEX,
  newKeys,
  OCI,
  pushBlob,
  pushImage,
  sha256,
  type Signing,
  signAsReferrer,
  signImage,
} from "./sign-images.support.js";
import { ACCOUNT, IDENTITY_TOKEN, type RunningTokenService, startTokenService } from "./token-service.support.js";

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

/** The referrers of the image whose signatures a test pushes, as the registry of that test returns them. */
describe.each<[string, (referrer: object, digest: string) => Promise<{ host: string; stop?: () => Promise<void> }>]>([
  [
    // Debian's registry has no list of referrers. A proxy before it adds the list (OCI distribution specification 1.1).
    "a registry that lists referrers",
    (referrer, digest) => startReferrersProxy(registry, `/v2/referred/referrers/${digest}`, [referrer]),
  ],
  [
    "a registry without a list of referrers",
    async (referrer, digest) => {
      const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [referrer] });
      await registry.put(`/v2/referred/manifests/${digest.replace(":", "-")}`, index, INDEX);
      return registry;
    },
  ],
])("createImageVerifier() and %s", (kind, publish) => {
  test.each<[string, () => Signing, boolean]>([
    ["accepts a signature of an allowed key", () => ({ key: ours.privateKey }), true],
    ["rejects a signature of another key", () => ({ key: other.privateKey }), false],
    ["rejects a signature of another image", () => ({ key: ours.privateKey, claims: sha256("another") }), false],
    ["rejects a payload that was changed", () => ({ key: ours.privateKey, upload: (text) => `${text} ` }), false],
  ])("%s that is a referrer", async (title, signing, isValid) => {
    const digest = await pushImage(registry, "referred", `${kind} ${title}`.replaceAll(" ", "-"));
    const referrer = await signAsReferrer(registry, "referred", digest, signing());
    const { host, stop } = await publish(referrer, digest);
    try {
      const verified = verify(`${host}/referred@${digest}`);
      if (isValid) expect(await verified).toBe(digest);
      else await expect(verified).rejects.toMatchObject({ code: "POLICY_VIOLATION" });
    } finally {
      if (host !== registry.host) await stop?.();
    }
  });
});

describe("createImageVerifier() and a registry with a token service", () => {
  let tokens: RunningTokenService;
  let guarded: Registry;
  beforeAll(async () => {
    tokens = await startTokenService();
    guarded = await startRegistry({ tokens, imagesOf: registry });
  });
  afterAll(() => Promise.all([guarded.stop(), tokens.stop()]));

  const loggedIn = (login: object): Record<string, string> => {
    const directory = mkdtempSync(join(folder, "login-"));
    writeFileSync(join(directory, "config.json"), JSON.stringify({ auths: { [guarded.host]: login } }));
    return { DOCKER_CONFIG: directory };
  };
  const basic = (password: string) => ({ auth: Buffer.from(`${ACCOUNT.username}:${password}`).toString("base64") });

  test.each<[string, string, object | undefined, string]>([
    ["an account", "private/app", basic(ACCOUNT.password), "GET"],
    ["an identity token", "private/app2", { ...basic(""), identitytoken: IDENTITY_TOKEN }, "POST"],
    ["no account, for a public image", "public/app", undefined, "GET"],
  ])("logs in with %s", async (_, repository, login, method) => {
    const digest = await pushImage(registry, repository, "1");
    await signImage(registry, repository, digest, { key: ours.privateKey });
    tokens.requests.length = 0;
    const env = login === undefined ? undefined : loggedIn(login);
    expect(await verify(`${guarded.host}/${repository}:1`, [ours.pem], env)).toBe(digest);
    // One token for all calls.
    expect(tokens.requests).toEqual([`${method} repository:${repository}:pull`]);
  });

  test.each<[string, object | undefined]>([
    ["a wrong password", basic("wrong")],
    ["an invalid identity token", { ...basic(""), identitytoken: "expired" }],
    ["no account", undefined],
  ])("rejects with UNAUTHORIZED with %s", async (_, login) => {
    await pushImage(registry, "private/closed", "1");
    const env = login === undefined ? undefined : loggedIn(login);
    await expect(verify(`${guarded.host}/private/closed:1`, [ours.pem], env)).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining("private/closed"),
      hint: expect.stringContaining("docker login"),
    });
  });

  test("rejects with ENGINE_UNREACHABLE if the token service does not answer", async () => {
    const gone = await startTokenService();
    const orphaned = await startRegistry({ tokens: gone, imagesOf: registry });
    await gone.stop();
    try {
      await expect(verify(`${orphaned.host}/private/app:1`)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    } finally {
      await orphaned.stop();
    }
  });
});

describe("createImageVerifier() over HTTPS", () => {
  // Registries on the loopback address are reached over HTTP.
  const address = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .find(({ address: each, internal }) => isIPv4(each) && !internal)?.address;
  let secure: Registry | undefined;
  beforeAll(async () => {
    if (address !== undefined) secure = await startRegistry({ tls: true, address, imagesOf: registry });
  });
  afterAll(() => secure?.stop());

  /** Verifies an image in a process that trusts an authority, which Node reads at its start. */
  const verifyIn = async (image: string, authority: string | undefined): Promise<string> => {
    const program = `
      import { createImageVerifier } from "@openfactory/docker-engine";
      const verify = createImageVerifier({ env: { DOCKER_CONFIG: "/nonexistent" } });
      const [image, key] = process.argv.slice(1);
      console.log(await verify(image, [key]).catch(({ code, message }) => code + ": " + message));`;
    const path = join(folder, "authority.pem");
    if (authority !== undefined) writeFileSync(path, authority);
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program, "--", image, ours.pem],
      { cwd: import.meta.dirname, env: authority === undefined ? env : { ...env, NODE_EXTRA_CA_CERTS: path } },
    );
    return stdout.trim();
  };

  test("verifies an image of a registry whose authority is trusted, and names the reason if it is not", async (context) => {
    if (secure === undefined) return context.skip("the machine has no address except the loopback address");
    const digest = await pushImage(registry, "secure", "1");
    await signImage(registry, "secure", digest, { key: ours.privateKey });
    expect(await verifyIn(`${secure.host}/secure:1`, secure.certificate)).toBe(digest);
    expect(await verifyIn(`${secure.host}/secure:1`, undefined)).toMatch(
      /^ENGINE_UNREACHABLE: The registry .* can't be reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    );
  });
});

/** A registry with a list of referrers: answers one path, and passes on all others. */
async function startReferrersProxy(registry: Registry, path: string, manifests: readonly object[]) {
  const server = createServer(async (request, response) => {
    if (request.url === path) {
      response.writeHead(200, { "content-type": INDEX });
      return response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    }
    const { accept = "*/*" } = request.headers;
    const answer = await fetch(`http://${registry.host}${request.url}`, { headers: { accept } });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    return response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
