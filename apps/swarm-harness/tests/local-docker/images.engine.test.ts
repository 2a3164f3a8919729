import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "@openfactory/docker-engine";
import { containerProbes, TEST_LABELS } from "@openfactory/docker-probes";
import type { DeployRequest, ProgressEvent } from "@openfactory/deploy-core";
import {
  RawEngine,
  type Registry,
  type RegistryProxy,
  startRegistry,
  startRefusingRegistry,
  startRegistryProxy,
  tar,
  TEST_IMAGE,
} from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const probes = containerProbes(raw);
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
const prefix = `images-${randomBytes(3).toString("hex")}`;
const containers = async (): Promise<string[]> => (await probes.names()).filter((one) => one.startsWith(prefix)).sort();

let registry: Registry;
let proxy: RegistryProxy;
let image: string;
let digest: string;
let layer: RegExp;

/** An image with a layer that the engine does not have, in the registry only. */
async function pushNew(): Promise<string> {
  const { Id } = await raw.call("POST", "/containers/create", { Image: TEST_IMAGE, Labels: TEST_LABELS });
  await raw.call(
    "PUT",
    `/containers/${Id}/archive?path=/srv`,
    tar([{ path: "data", mode: 0o644, content: randomBytes(512 * 1024) }]),
  );
  const made = await raw.call("POST", `/commit?container=${Id}&repo=${prefix}&tag=1`);
  await raw.call("DELETE", `/containers/${Id}`);
  const pushed = await registry.push(raw, `${prefix}:1`, "app:1");
  await raw.call("DELETE", `/images/${made.Id}?force=true`);
  return pushed;
}

beforeAll(async () => {
  registry = await startRegistry();
});
beforeEach(async () => {
  digest = await pushNew();
  layer = new RegExp((await registry.get("/v2/app/manifests/1")).body.layers.at(-1).digest);
  proxy = await startRegistryProxy(registry);
  image = `${proxy.host}/app:1`;
});
afterEach(async () => {
  for (const one of await containers()) await raw.request("DELETE", `/containers/${one}?force=true&v=true`);
  await raw.request("DELETE", `/images/${image}`);
  await proxy.stop();
});
afterAll(async () => {
  await strategy.close();
  await registry?.stop();
});

const request = (name: string, more: Partial<DeployRequest> = {}): DeployRequest => ({
  name: `${prefix}-${name}`,
  image,
  command: "sleep 600",
  labels: TEST_LABELS,
  stopGracePeriod: 1_000_000_000,
  ...more,
});
const pulls = (): number => proxy.asked.filter((what) => what === "HEAD /v2/app/manifests/1").length;
const isThere = async (): Promise<boolean> => (await raw.request("GET", `/images/${image}/json`)).status === 200;

test("concurrent deploys of a missing image share one pull, which continues when one of them is aborted", async () => {
  const slowed = proxy.slow(layer);
  const [abort, events] = [new AbortController(), [] as ProgressEvent[]];
  const gone = strategy.deploy(request("gone"), { signal: abort.signal });
  const one = strategy.deploy(request("one"), { observer: (event) => void events.push(event) });
  const two = strategy.deploy(request("two"));
  await slowed;
  abort.abort();
  await expect(gone).rejects.toMatchObject({ code: "ABORTED", service: `${prefix}-gone` });
  proxy.release();
  for (const deployment of await Promise.all([one, two])) expect(deployment).toMatchObject({ image, warnings: [] });
  expect(pulls()).toBe(1);
  expect(await containers()).toEqual([`${prefix}-one`, `${prefix}-two`]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "pull", image, status: "Downloading", total: expect.any(Number) }),
  );
});

test("the pull stops when all deploys that share it are aborted, and leaves nothing", async () => {
  const slowed = proxy.slow(layer);
  const aborts = ["one", "two"].map((name) => {
    const abort = new AbortController();
    return { abort, deploying: strategy.deploy(request(name), { signal: abort.signal }) };
  });
  await slowed;
  for (const { abort } of aborts) abort.abort();
  for (const { deploying } of aborts) await expect(deploying).rejects.toMatchObject({ code: "ABORTED" });
  // Without a disconnection, the slow answer ends after ten seconds.
  await expect.poll(() => proxy.slowed(), { timeout: 8_000 }).toBe(0);
  expect(await containers()).toEqual([]);
  expect(await isThere()).toBe(false);
});

test("deploy() with `missing` contacts no registry for an existing image; `always` contacts it once, and returns the digest", async () => {
  await strategy.deploy(request("one"));
  const before = proxy.asked.length;
  await strategy.deploy(request("two"));
  expect(proxy.asked).toHaveLength(before);
  expect((await strategy.deploy(request("three", { imagePullPolicy: "always" }))).image).toBe(`${image}@${digest}`);
  expect(pulls()).toBe(2);
});

test("deploy() with `never` contacts no registry: IMAGE_NOT_FOUND for a missing image, and it runs a loaded one", async () => {
  const never = request("one", { imagePullPolicy: "never" });
  await expect(strategy.deploy(never)).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
    service: never.name,
    field: "image",
  });
  expect(proxy.asked).toEqual([]);
  expect(await containers()).toEqual([]);
  await raw.call("POST", `/images/${TEST_IMAGE}/tag?repo=${proxy.host}/app&tag=1`);
  expect(await strategy.deploy(never)).toMatchObject({ image, warnings: [] });
  expect(proxy.asked).toEqual([]);
});

test.each(["missing", "always"] as const)(
  "deploy() with `%s` rejects with IMAGE_NOT_FOUND if the registry stops in the middle of the pull, and leaves nothing",
  async (imagePullPolicy) => {
    const slowed = proxy.slow(/blobs/);
    const cut = request("one", { imagePullPolicy });
    const deploying = strategy.deploy(cut);
    await slowed;
    await proxy.stop();
    await expect(deploying).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      service: cut.name,
      message: expect.stringMatching(new RegExp(`the image ${image}.* from the registry ${proxy.host}: `)),
      hint: expect.stringContaining(proxy.host),
    });
    expect(await containers()).toEqual([]);
    expect(await isThere()).toBe(false);
  },
);

test("`always` with a registry that is gone: a warning where the engine has the image, refused in strict mode, and an error else", async () => {
  await strategy.deploy(request("one"));
  await proxy.stop();
  const again = request("two", { imagePullPolicy: "always" });
  await expect(strategy.deploy(again, { strict: true })).rejects.toMatchObject({
    code: "UNSUPPORTED",
    field: "imagePullPolicy",
  });
  expect(await strategy.preflight([{ request: again, updates: false }])).toEqual([]);
  const { warnings } = await strategy.deploy(again);
  expect(warnings).toMatchObject([
    {
      code: "DIGEST_NOT_RESOLVED",
      reason: expect.stringContaining(`Could not pull ${image} from the registry ${proxy.host}`),
    },
  ]);
  await strategy.update({ ...again, labels: { ...TEST_LABELS, a: "b" } });
  const none = request("three", { imagePullPolicy: "always", image: `${proxy.host}/none:1` });
  expect(await strategy.preflight([{ request: none, updates: false }])).toMatchObject([{ code: "IMAGE_NOT_FOUND" }]);
  await expect(strategy.deploy(none)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
});

test.each([429, 503] as const)(
  "deploy() rejects with ENGINE_ERROR and a hint if the registry answers %i; `always` continues with a warning",
  async (status) => {
    const refusing = await startRefusingRegistry(status);
    const [reference, other] = [`${refusing.host}/app:1`, `${refusing.host}/app:2`];
    const none = request("one", { image: other });
    const expected = { code: "ENGINE_ERROR", hint: expect.stringContaining("mirror") };
    expect(await strategy.preflight([{ request: none, updates: false }])).toMatchObject([expected]);
    await expect(strategy.deploy(none)).rejects.toMatchObject(expected);
    await raw.call("POST", `/images/${TEST_IMAGE}/tag?repo=${refusing.host}/app&tag=1`);
    const always = request("two", { image: reference, imagePullPolicy: "always" });
    expect(await strategy.preflight([{ request: always, updates: false }])).toEqual([]);
    expect((await strategy.deploy(always)).warnings).toMatchObject([
      { code: "DIGEST_NOT_RESOLVED", reason: expect.stringContaining("mirror") },
    ]);
    await raw.request("DELETE", `/containers/${always.name}?force=true`);
    await raw.request("DELETE", `/images/${reference}`);
    await refusing.stop();
  },
);

test("deploy() warns once for the registry if a credential helper is missing, and pulls the image", async () => {
  const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), "of-images-"));
  writeFileSync(join(DOCKER_CONFIG, "config.json"), JSON.stringify({ credsStore: "of-none" }));
  const engine = createEngine({ host, env: { ...process.env, DOCKER_CONFIG } });
  const { warnings } = await new LocalDockerDeploymentStrategy(engine).deploy(request("one"));
  expect(warnings).toMatchObject([
    {
      code: "CREDENTIALS_UNAVAILABLE",
      registry: proxy.host,
      reason: expect.stringMatching(/docker-credential-of-none.*not found in PATH.*without credentials/),
    },
  ]);
  await engine.close();
  rmSync(DOCKER_CONFIG, { recursive: true });
});
