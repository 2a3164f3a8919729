import crypto from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadProject, parseAppFile } from "./load-project.js";
import { hashSecret, hashSecrets } from "./secret-hashes.js";

const scrypt = vi.spyOn(crypto, "scrypt");
const scryptSync = vi.spyOn(crypto, "scryptSync");
// Imports of the functions by name are replaced, too.
syncBuiltinESMExports();

let folder: string;
beforeEach(async () => {
  scrypt.mockClear();
  scryptSync.mockClear();
  folder = await mkdtemp(join(tmpdir(), "secret-hashes-"));
});
afterEach(() => rm(folder, { recursive: true }));

const KEYS = ["a", "b", "c"];
const sections = (apps: string) =>
  `secrets: {a: {environment: A}, b: {environment: A}, c: {file: c.txt}, d: {external: true}, e: {file: none}}\n${apps}: {web: {${
    apps === "apps" ? "uuid: WEB, " : ""
  }image: x, secrets: [a, b, c]}}\nname: shop\n`;
const names = (resources: readonly { spec: { name: string } }[]) => resources.map(({ spec }) => spec.name);

it("loadProject() hashes all secrets at the same time, and gives them the names of parseAppFile()", async () => {
  await writeFile(join(folder, "c.txt"), "value");
  const declared = sections("apps").replace(", e: {file: none}", "");
  await writeFile(join(folder, "apps.yml"), declared);
  const { resources } = await loadProject([join(folder, "apps.yml")], { env: { A: "value" } });
  expect([scrypt.mock.calls.length, scryptSync.mock.calls.length]).toEqual([KEYS.length, 0]);
  const parsed = parseAppFile(declared, {
    file: "shop/apps.yml",
    env: { A: "value" },
    files: { "shop/c.txt": Buffer.from("value") },
  });
  expect(names(resources)).toEqual(names(parsed.resources));
  expect(names(resources).map((name) => name.slice(0, -12))).toEqual(KEYS.map((key) => `shop_${key}_`));
});

it("loadProject() hashes a secret that two files declare once", async () => {
  const declared = "secrets: {a: {environment: A}}\n";
  await writeFile(join(folder, "one.yml"), `name: shop\n${declared}apps: {web: {uuid: WEB, image: x, secrets: [a]}}\n`);
  await writeFile(join(folder, "two.yml"), `${declared}apps: {db: {uuid: DB, image: x, secrets: [a]}}\n`);
  await loadProject([join(folder, "one.yml"), join(folder, "two.yml")], { env: { A: "value" } });
  expect([scrypt.mock.calls.length, scryptSync.mock.calls.length]).toEqual([1, 0]);
});

it("loadProject() hashes the secrets of a Compose file at the same time", async () => {
  await writeFile(join(folder, "c.txt"), "value");
  await writeFile(join(folder, "compose.yaml"), sections("services").replace(", e: {file: none}", ""));
  const { resources } = await loadProject([join(folder, "compose.yaml")], { env: { A: "value" } });
  expect([scrypt.mock.calls.length, scryptSync.mock.calls.length]).toEqual([KEYS.length, 0]);
  expect(names(resources)).toContain(
    `shop_a_${hashSecret({ content: Buffer.from("value"), salt: "shop/a" }).toString("hex")}`,
  );
});

it("loadProject() reports a secret that can't be read once", async () => {
  await writeFile(join(folder, "c.txt"), "value");
  await writeFile(join(folder, "apps.yml"), sections("apps"));
  await expect(loadProject([join(folder, "apps.yml")], { env: { A: "value" } })).rejects.toMatchObject({
    code: "INVALID_FILE",
    issues: [{ message: "secrets.e.file: no such file" }],
  });
});

it("hashSecrets() hashes the same content once for each salt", async () => {
  const content = Buffer.from("value");
  const hash = await hashSecrets([
    { content, salt: "shop/a" },
    { content, salt: "shop/b" },
    { content, salt: "shop/a" },
  ]);
  expect(scrypt).toHaveBeenCalledTimes(2);
  expect(hash({ content, salt: "shop/a" })).toEqual(hashSecret({ content, salt: "shop/a" }));
  expect(hash({ content, salt: "shop/b" })).toEqual(hashSecret({ content, salt: "shop/b" }));
  expect(hash({ content, salt: "shop/c" })).toEqual(hashSecret({ content, salt: "shop/c" }));
});
