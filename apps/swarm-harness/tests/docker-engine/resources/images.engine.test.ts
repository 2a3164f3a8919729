import { randomBytes } from "node:crypto";
import {
  engineApi,
  importRootfs,
  pushIndex,
  RawEngine,
  type Registry,
  type RegistryProxy,
  startRegistry,
  startRegistryProxy,
  startRefusingRegistry,
  tar,
  TEST_IMAGE,
} from "@openfactory/test-engine";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createEngine } from "@openfactory/docker-engine";
import type { DockerEngine } from "@openfactory/docker-engine";
import type { PullEvent } from "@openfactory/docker-engine";
import { withPrograms } from "../../../../../packages/docker-engine/test/programs.js";
import { temporaryDirectory } from "../../../../../packages/docker-engine/test/temporary-directory.js";

let registry: Registry;
let digest: string;
let image: string;

const untag = (): Promise<unknown> => engineApi("DELETE", `/images/${image}?noprune=1`);

beforeAll(async () => {
  registry = await startRegistry({ auth: true });
  image = `${registry.host}/app:1`;
  digest = await registry.push(new RawEngine(createEngine().host), TEST_IMAGE, "app:1");
  await untag();
});

afterAll(async () => {
  await untag();
  await registry.stop();
});

function engineWith(config: object, programs: Record<string, string> = {}): DockerEngine {
  const DOCKER_CONFIG = temporaryDirectory({ "config.json": JSON.stringify(config) });
  const engine = createEngine({ env: { ...withPrograms(programs), DOCKER_CONFIG } });
  onTestFinished(() => engine.close());
  return engine;
}

const loggedIn = (password = registry.credentials?.password, host = registry.host) => ({
  auths: { [host]: { auth: Buffer.from(`${registry.credentials?.username}:${password}`).toString("base64") } },
});

describe("a registry with a password", () => {
  it("returns image and digest if config.json has it", async () => {
    const engine = engineWith(loggedIn());
    expect(await engine.images.digest(image)).toBe(digest);
    await expect(engine.images.inspect(image)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    const events: PullEvent[] = [];
    await engine.images.pull(image, { onEvent: (event) => events.push(event) });
    expect(events.at(-1)?.status).toContain("Status:");
    expect((await engine.images.inspect(image)).RepoDigests).toContain(`${registry.host}/app@${digest}`);
    await untag();
  });

  it("returns them if the credential helper has it", async () => {
    const { username, password } = registry.credentials ?? {};
    const answer = JSON.stringify({ Username: username, Secret: password });
    const engine = engineWith({ credsStore: "fake" }, { "docker-credential-fake": `echo '${answer}'` });
    expect(await engine.images.digest(image)).toBe(digest);
  });

  it.each([
    ["a wrong password", () => loggedIn("wrong")],
    ["none", () => ({})],
  ])("rejects with UNAUTHORIZED for %s", async (_what, config) => {
    const engine = engineWith(config());
    await expect(engine.images.digest(image)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(engine.images.pull(image)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  it("is IMAGE_NOT_FOUND for a missing image", async () => {
    const engine = engineWith(loggedIn());
    const missing = `${registry.host}/app:none`;
    await expect(engine.images.pull(missing)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(engine.images.digest(missing)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });

  it("an aborted pull is not an error of the registry", async () => {
    const engine = engineWith(loggedIn());
    const abort = new AbortController();
    const pull = engine.images.pull(image, { signal: abort.signal, onEvent: () => abort.abort() });
    await expect(pull).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("a failed lookup of credentials", () => {
  const broken = [
    ["a helper that is missing", { credsStore: "desktop" }, {}, "program not found in PATH"],
    [
      "a helper that is locked",
      { credsStore: "locked" },
      { "docker-credential-locked": "echo the keychain is locked; exit 1" },
      "the keychain is locked",
    ],
    [
      "a helper with an invalid response",
      { credsStore: "mad" },
      { "docker-credential-mad": "echo hello" },
      "invalid response",
    ],
    ["an entry that can't be read", { auths: { REGISTRY: { auth: "bm8=" } } }, {}, "can't be read"],
    ["a config.json with a key of the wrong type", { auths: [] }, {}, "auths has the wrong type"],
  ] as const;

  it.each(broken)(
    "%s: an image without a login is pulled, and the problem is reported",
    async (_, config, programs, why) => {
      const open = await startRegistry();
      onTestFinished(() => open.stop());
      const reference = `${open.host}/open:1`;
      await open.push(new RawEngine(createEngine().host), TEST_IMAGE, "open:1");
      await engineApi("DELETE", `/images/${reference}?noprune=1`);
      const engine = engineWith(JSON.parse(JSON.stringify(config).replace("REGISTRY", open.host)) as object, programs);
      await engine.images.pull(reference);
      expect(await engine.images.credentials(reference)).toMatchObject({
        registry: open.host,
        unavailable: true,
        problem: { message: expect.stringContaining(why) },
      });
      await engineApi("DELETE", `/images/${reference}?noprune=1`);
    },
  );

  it.each(broken)("%s: a refusal of the registry has it as the likely cause", async (_, config, programs, why) => {
    const engine = engineWith(
      JSON.parse(JSON.stringify(config).replace("REGISTRY", registry.host)) as object,
      programs,
    );
    const refused = { code: "UNAUTHORIZED", hint: expect.stringContaining(why) };
    await expect(engine.images.pull(image)).rejects.toMatchObject(refused);
    await expect(engine.images.digest(image)).rejects.toMatchObject(refused);
  });
});

describe("a registry without an answer", () => {
  it.each([
    [429, "run `docker login` for a higher limit"],
    [503, "is available. Until then, pull from a mirror"],
  ] as const)("with %i: pulls and digests are ENGINE_ERROR with a hint", async (status, remedy) => {
    const refusing = await startRefusingRegistry(status);
    onTestFinished(() => refusing.stop());
    const engine = engineWith({});
    const reference = `${refusing.host}/app:1`;
    const expected = {
      code: "ENGINE_ERROR",
      message: expect.stringContaining(refusing.host),
      hint: expect.stringContaining(remedy),
    };
    await expect(engine.images.pull(reference)).rejects.toMatchObject(expected);
    await expect(engine.images.digest(reference)).rejects.toMatchObject(expected);
  });
});

describe("an image for several platforms", () => {
  it.each(["docker", "oci"] as const)("has the digest of its index (%s)", async (type) => {
    const index = await pushIndex(registry, `app:${type}`, { amd64: "1", arm64: "1" }, type);
    expect(index).not.toBe(digest);
    expect(await engineWith(loggedIn()).images.digest(`${registry.host}/app:${type}`)).toBe(index);
  });
});

describe("a pull of layers that the engine does not have", () => {
  let proxy: RegistryProxy;
  let large: string;
  let layer: RegExp;

  beforeEach(async () => {
    const host = new RawEngine(createEngine().host);
    const tag = `images-engine-test-${randomBytes(4).toString("hex")}:1`;
    await importRootfs(host, tag, tar([{ path: "data", mode: 0o644, content: randomBytes(512 * 1024) }]), []);
    await registry.push(host, tag, "large:1");
    for (const name of [tag, `${registry.host}/large:1`]) await host.call("DELETE", `/images/${name}`);
    layer = new RegExp((await registry.get("/v2/large/manifests/1")).body.layers[0].digest);
    proxy = await startRegistryProxy(registry);
    large = `${proxy.host}/large:1`;
    return async () => {
      await proxy.stop();
      await engineApi("DELETE", `/images/${large}`);
    };
  });
  const client = (): DockerEngine => engineWith(loggedIn(undefined, proxy.host));
  const manifestsAsked = (): number => proxy.asked.filter((what) => what === "HEAD /v2/large/manifests/1").length;

  it("emits bytes and layers, and is one for several callers at the same time", async () => {
    const engine = client();
    const slowed = proxy.slow(layer);
    const events: PullEvent[][] = [[], []];
    const aborted = new AbortController();
    const gone = engine.images.pull(large, { signal: aborted.signal });
    const first = engine.images.pull(large, { onEvent: (event) => events[0]?.push(event) });
    await slowed;
    await expect.poll(() => events[0]?.some(({ current = 0 }) => current > 0)).toBe(true);
    const late = engine.images.pull(large, { onEvent: (event) => events[1]?.push(event) });
    aborted.abort();
    await expect(gone).rejects.toMatchObject({ code: "ABORTED" });
    proxy.release();
    await Promise.all([first, late]);
    expect(manifestsAsked()).toBe(1);
    for (const seen of events) {
      expect(seen).toContainEqual(expect.objectContaining({ status: "Downloading", total: expect.any(Number) }));
      expect(seen).toContainEqual(expect.objectContaining({ status: "Pull complete", id: expect.any(String) }));
      expect(seen.at(-1)?.status).toContain("Status: Downloaded");
    }
    expect((await engine.images.inspect(large)).RepoTags).toContain(large);
  });

  it("ends with the abort of the last caller: the engine disconnects from the registry, and has no image", async () => {
    const engine = client();
    const slowed = proxy.slow(layer);
    const aborts = [new AbortController(), new AbortController()];
    const pulls = aborts.map(({ signal }) => engine.images.pull(large, { signal }));
    await slowed;
    for (const abort of aborts) abort.abort();
    for (const result of await Promise.allSettled(pulls)) expect(result).toMatchObject({ reason: { code: "ABORTED" } });
    // Without a disconnection, the slow answer ends after ten seconds.
    await expect.poll(() => proxy.slowed(), { timeout: 8_000 }).toBe(0);
    await expect(engine.images.inspect(large)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });

  it("fails if the registry stops during the pull, names it, and leaves no image", async () => {
    const engine = client();
    const slowed = proxy.slow(/blobs/);
    const pulling = engine.images.pull(large);
    await slowed;
    await proxy.stop();
    await expect(pulling).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringContaining(`image ${large} from registry ${proxy.host}: `),
      hint: expect.stringContaining(proxy.host),
    });
    await expect(engine.images.inspect(large)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(engine.images.digest(large)).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringContaining(proxy.host),
    });
  });
});
