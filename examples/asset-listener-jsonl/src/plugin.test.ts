import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AssetEvent, AssetListenerRegistry } from "@openfactory/deploy-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plugin } from "./plugin.js";

let cwd: string;
const { signal } = new AbortController();
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "asset-listener-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const event = (uuid: string): AssetEvent => ({
  change: "created",
  project: "factory",
  platform: "docker",
  time: "2026-01-31T08:15:00.000Z",
  asset: { uuid, kind: "app", name: "web", services: ["web"], uns: { area: "north\nsouth" } },
});

const lines = async (file: string): Promise<unknown[]> =>
  (await readFile(join(cwd, file), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test("onAsset() appends each event as one line", async () => {
  const listener = await plugin.create({ env: {}, cwd });
  await listener.onAsset(event("A"), signal);
  await listener.onAsset(event("B"), signal);
  expect(await lines("assets.jsonl")).toEqual([event("A"), event("B")]);
});

test("appends to the file OPENFACTORY_ASSETS_FILE", async () => {
  const listener = await plugin.create({ env: { OPENFACTORY_ASSETS_FILE: "log.jsonl" }, cwd });
  await listener.onAsset(event("A"), signal);
  expect(await lines("log.jsonl")).toHaveLength(1);
});

test("onAsset() rejects if the file can't be written, which ofdeploy reports as a warning", async () => {
  const listener = await plugin.create({ env: { OPENFACTORY_ASSETS_FILE: "absent/log.jsonl" }, cwd });
  await expect(listener.onAsset(event("A"), signal)).rejects.toThrow("ENOENT");
});

test("AssetListenerRegistry accepts the plugin", async () => {
  const registry = new AssetListenerRegistry();
  registry.register({ plugin });
  expect(registry.names()).toEqual(["jsonl"]);
});
