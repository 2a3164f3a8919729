import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureEngine, type TestEngine } from "./ensure-engine.js";
import { startRegistry, type Registry } from "./registry.js";
import { startRegistryProxy, type RegistryProxy } from "./faulty-registries.js";
import { tar } from "./tar.js";
import { importRootfs } from "./test-image.js";

let engine: TestEngine;
let registry: Registry;
let proxy: RegistryProxy;
let image: string;

beforeEach(async () => {
  engine = await ensureEngine();
  registry = await startRegistry();
  proxy = await startRegistryProxy(registry);
  // A layer that no engine has.
  const tag = `registry-proxy-${randomBytes(4).toString("hex")}:1`;
  const content = randomBytes(256 * 1024);
  await importRootfs(engine.api, tag, tar([{ path: "data", mode: 0o644, content }]), []);
  await registry.push(engine.api, tag, "app:1");
  for (const name of [tag, `${registry.host}/app:1`]) await engine.api.call("DELETE", `/images/${name}`);
  image = `${proxy.host}/app:1`;
});
afterEach(async () => {
  await proxy.stop();
  await registry.stop();
  await engine.api.request("DELETE", `/images/${image}`);
  await engine.release();
});

const pull = async (): Promise<string> =>
  String((await engine.api.request("POST", `/images/create?fromImage=${proxy.host}/app&tag=1`)).body);

test("an image is pulled through the proxy, which records the requests", async () => {
  expect(await pull()).toContain("Downloaded newer image");
  expect(proxy.asked.filter((what) => what.startsWith("HEAD "))).toEqual(["HEAD /v2/app/manifests/1"]);
  expect(proxy.asked.filter((what) => what.includes("/blobs/"))).toHaveLength(2);
});

test("slow() slows down a layer until release()", async () => {
  const manifest = (await registry.get("/v2/app/manifests/1")).body;
  const slowed = proxy.slow(new RegExp(manifest.layers[0].digest));
  const pulled = pull();
  await slowed;
  expect(proxy.slowed()).toBe(1);
  proxy.release();
  expect(await pulled).toContain("Downloaded newer image");
  expect(proxy.slowed()).toBe(0);
});

test("stop() breaks a pull", async () => {
  const slowed = proxy.slow(/blobs/);
  const pulled = pull();
  await slowed;
  await proxy.stop();
  expect(await pulled).toContain('"error":');
  expect(proxy.slowed()).toBe(0);
});
