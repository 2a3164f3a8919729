import { afterEach, beforeAll, expect, test } from "vitest";
import { ensureEngine, type TestEngine } from "./ensure-engine.js";
import { CHANGED_ACCOUNT, REGISTRY_ACCOUNT, startRegistry, type Registry } from "./registry.js";
import { pushIndex } from "./registry-index.js";
import { TEST_IMAGE } from "./test-image.js";

let engine: TestEngine;
let registry: Registry | undefined;

beforeAll(async () => {
  engine = await ensureEngine();
  return () => engine.release();
});
afterEach(async () => {
  if (registry) await engine.api.request("DELETE", `/images/${registry.host}/app:1`);
  await registry?.stop();
});

const pull = (registryAuth?: string) =>
  engine.api.request("POST", `/images/create?fromImage=${registry!.host}/app&tag=1`, undefined, {
    headers: registryAuth ? { "X-Registry-Auth": registryAuth } : {},
  });

test("push() returns the digest of the image that a pull gets", async () => {
  registry = await startRegistry();
  const digest = await registry.push(engine.api, TEST_IMAGE, "app:1");
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect((await registry.get("/v2/_catalog")).body).toEqual({ repositories: ["app"] });
  expect(String((await pull()).body)).toContain(digest);
});

test("with an account, a pull requires credentials", async () => {
  registry = await startRegistry({ auth: true });
  const digest = await registry.push(engine.api, TEST_IMAGE, "app:1");
  expect(await pull()).toMatchObject({
    status: 500,
    body: { message: expect.stringContaining("no basic auth credentials") },
  });
  expect(String((await pull(registry.registryAuth)).body)).toContain(digest);
});

test("changePassword() invalidates the old password", async () => {
  registry = await startRegistry({ auth: true });
  const { registryAuth: before } = registry;
  expect(registry.credentials).toEqual(REGISTRY_ACCOUNT);
  const digest = await registry.push(engine.api, TEST_IMAGE, "app:1");
  registry.changePassword();
  expect(registry.credentials).toEqual(CHANGED_ACCOUNT);
  expect((await pull(before)).status).toBe(500);
  expect(String((await pull(registry.registryAuth)).body)).toContain(digest);
});

test.each(["docker", "oci"] as const)("pushIndex() (%s) creates an image for several platforms", async (type) => {
  registry = await startRegistry();
  const digest = await registry.push(engine.api, TEST_IMAGE, "app:1");
  const index = await pushIndex(registry, "app:multi", { amd64: "1", arm64: "1" }, type);
  expect(index).not.toBe(digest);
  const { body } = await engine.api.request("GET", `/distribution/${registry.host}/app:multi/json`);
  expect(body).toMatchObject({
    Descriptor: { digest: index },
    Platforms: [{ architecture: "amd64" }, { architecture: "arm64" }],
  });
});

test("with TLS, the engine pulls over HTTPS, and plain HTTP is refused", async () => {
  registry = await startRegistry({ tls: true });
  const digest = await registry.push(engine.api, TEST_IMAGE, "app:1");
  expect(String((await pull()).body)).toContain(digest);
  expect((await fetch(`http://${registry.host}/v2/`)).status).toBe(400);
  expect(registry.certificate).toContain("BEGIN CERTIFICATE");
});

test("stop() ends the registry", async () => {
  registry = await startRegistry();
  const { get, stop } = registry;
  await stop();
  await expect(get("/v2/")).rejects.toThrow("ECONNREFUSED");
});
