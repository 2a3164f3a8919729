import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { loadIdentity } from "./load-identity.js";
import type { LoadOptions } from "./load-project.js";

let root: string;
beforeEach(async () => {
  root = join(await realpath(await mkdtemp(join(tmpdir(), "app-file-"))), "plant");
  await mkdir(root);
});
afterEach(() => rm(dirname(root), { recursive: true }));

const write = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(join(root, name), content);
  return join(root, name);
};
const identify = (sources: string[], options: LoadOptions = {}) =>
  loadIdentity(sources, { env: {}, cwd: root, ...options });
const failureOf = async (sources: string[], options: LoadOptions = {}): Promise<string> => {
  const error: unknown = await identify(sources, options).catch((thrown: unknown) => thrown);
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
  return `${error.message} ${error.hint}`.replaceAll(`${root}/`, "");
};

const APPS = "apps: {web: {uuid: web, image: x}}\n";

describe("loadIdentity", () => {
  const known: [what: string, text: string | Buffer, project: string][] = [
    ["a valid file", `name: Shop\n${APPS}`, "shop"],
    ["a file without a name", APPS, "plant"],
    ["an unset variable elsewhere", "name: shop\napps: {web: {uuid: web, image: '${IMAGE}'}}", "shop"],
    ["an unknown key", `name: shop\nappps: 1\n${APPS}`, "shop"],
    ["no apps", "name: shop\n", "shop"],
    [
      "a missing secret and a missing env file",
      `name: shop\nsecrets: {a: {file: none}}\napps: {web: {uuid: web, image: x, env_file: none}}`,
      "shop",
    ],
    ["a list", "- name: other", "plant"],
    ["an empty file", "", "plant"],
    ["text that is no YAML", "name: shop # ours\napps:\n\tweb: 1\n", "shop"],
    ["text that is no YAML, with a quoted name", "apps:\n\tweb: 1\nname: 'Shop 2'\n", "shop2"],
    ["text that is no YAML, with a name inside an app", "apps:\n\tweb: 1\n  name: other\n", "plant"],
    ["text that is no YAML, with a variable in the name", "name: ${NAME:-shop}\napps:\n\tweb: 1\n", "shop"],
    [
      "bytes that are not UTF-8",
      Buffer.concat([Buffer.from("name: shop\n# "), Buffer.from([0xff]), Buffer.from("\n")]),
      "shop",
    ],
  ];
  test.each(known)("knows the project of %s", async (_, text, project) => {
    const path = await write("apps.yml", text);
    const identity = await identify([path]);
    expect(identity).toEqual({
      project,
      directory: root,
      files: ["apps.yml"],
      ...(project !== "plant" && { hasExplicitName: true }),
    });
  });

  it("uses the name from any of several files", async () => {
    const sources = [await write("a.yml", "apps:\n\tweb: 1\n"), await write("b.yml", "name: shop\napps: 1")];
    expect(await identify(sources)).toEqual({
      project: "shop",
      hasExplicitName: true,
      directory: root,
      files: ["a.yml", "b.yml"],
    });
  });

  it("reads standard input", async () => {
    expect(await identify(["-"], { stdin: Readable.from(["name: shop\napps:\n\tweb: 1\n"]) })).toMatchObject({
      project: "shop",
      hasExplicitName: true,
      files: ["-"],
    });
  });

  it("looks up variables in env files, and ignores missing and invalid ones", async () => {
    const path = await write("apps.yml", "name: ${NAME}\n");
    await write(".env", "NAME=shop");
    expect((await identify([path])).project).toBe("shop");
    await write(".ofaenv", "no line");
    expect((await identify([path])).project).toBe("shop");
    expect(await failureOf([path], { envFiles: [join(root, "none.env")] })).toBe(
      "apps.yml:1:7: the project name contains a variable that is not set. Correct the file, or pass the project name with -p <name>.",
    );
  });

  it("requires a given name if the file's name contains an unset variable, or two files differ", async () => {
    const broken = await write("a.yml", "name: ${NAME}\napps:\n\tweb: 1\n");
    expect(await failureOf([broken])).toContain("a.yml:1:7: the project name contains a variable that is not set.");
    const sources = [await write("b.yml", "name: one\n"), await write("c.yml", "name: two\n")];
    expect(await failureOf(sources)).toContain('c.yml:1:7: the project name "two" differs from "one" in b.yml:1:7.');
    expect(await identify([broken, ...sources], { project: "mine" })).toMatchObject({
      project: "mine",
      hasExplicitName: true,
      files: ["a.yml", "b.yml", "c.yml"],
    });
  });

  it("refuses a file that does not exist or can't be read, unless a name is given", async () => {
    const missing = join(root, "none.yml");
    expect(await failureOf([missing])).toBe(
      "none.yml:1:1: no such file. Check the path, or pass the project name with -p <name>.",
    );
    expect(await identify([missing], { project: "mine" })).toMatchObject({
      project: "mine",
      hasExplicitName: true,
      files: ["none.yml"],
    });
    await expect(identify([root], { project: "mine" })).rejects.toMatchObject({ code: "INVALID_FILE" });
  });

  it("refuses a file without permission to read it", async (context) => {
    if (process.getuid?.() === 0) context.skip("this user may read every file");
    const path = await write("apps.yml", APPS);
    await chmod(path, 0);
    expect(await failureOf([path])).toContain("no permission to read the file");
  });
});
