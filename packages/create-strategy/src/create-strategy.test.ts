import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONTRACT_VERSION } from "@openfactory/deploy-core";
import { run } from "./cli.js";
import { peerRange } from "./create-strategy.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "create-strategy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const create = async (...args: string[]) => {
  let out = "";
  let err = "";
  const streams = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  };
  const code = await run(args, streams);
  return { code, out, err };
};

const read = (...path: string[]) => readFile(join(folder, ...path), "utf8");
const packageJson = async (directory: string) => JSON.parse(await read(directory, "package.json"));

describe("npm create @openfactory/strategy", () => {
  test("creates all files of the template with the new names, and prints the next steps", async () => {
    const { code, out, err } = await create(join(folder, "strategy-rack-2"), "--package", "@acme/my-platform-rack");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Created @acme/my-platform-rack for the platform rack-2 in ");
    expect(out).toContain("npm test");
    const files = (await readdir(join(folder, "strategy-rack-2"), { recursive: true })).sort();
    expect(files).toEqual(
      expect.arrayContaining([".changeset/config.json", ".gitignore", "README.md", "package.json", "src/strategy.ts"]),
    );
    expect(files.filter((file) => file.includes("_"))).toEqual([]);
    expect(await packageJson("strategy-rack-2")).toMatchObject({
      name: "@acme/my-platform-rack",
      openfactory: { deploymentPlatforms: { "rack-2": "./dist/plugin.js" } },
    });
    expect(await read("strategy-rack-2", "src", "strategy.ts")).toContain("class Rack2Strategy extends");
    expect(await read("strategy-rack-2", "src", "plugin.ts")).toContain('name: "rack-2"');
    expect(await read("strategy-rack-2", ".changeset", "first-release.md")).toContain(
      '"@acme/my-platform-rack": minor',
    );
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      expect(await read("strategy-rack-2", file)).not.toMatch(/my-platform|MyPlatform/);
    }
  });

  test.each([
    ["20.20.2", "note: the package and ofdeploy require Node 22 or later; this is Node 20.20.2.\n"],
    ["22.11.0", ""],
  ])("on Node %s creates the package and prints the required version if Node is too old", async (version, note) => {
    let err = "";
    const streams = { stdout: { write: () => true }, stderr: { write: (text: string) => (err += text) } };
    expect(await run([join(folder, "rack")], streams, version)).toBe(0);
    expect(err).toBe(note);
  });

  test("sets the versions of dependencies to those of this package", async () => {
    await create(join(folder, "rack"));
    const own = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")).devDependencies;
    const { dependencies, peerDependencies, devDependencies } = await packageJson("rack");
    for (const [name, version] of Object.entries({ ...dependencies, ...peerDependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^(?:\^\d|workspace:)/);
      expect(version, name).toBe(own[name]);
    }
  });

  test("declares the present version of the contract, as a literal", async () => {
    await create(join(folder, "rack"));
    expect(await read("rack", "src", "plugin.ts")).toContain(`contractVersion: "${CONTRACT_VERSION}",`);
  });

  test("has a peer range for all releases of core with the same major version of the contract", () => {
    const major = Number.parseInt(CONTRACT_VERSION, 10);
    expect(peerRange("^0.1.0")).toBe(`>=0.1.0 <${major + 1}`);
    expect(peerRange("^1.4.2")).toBe(`>=1.4.2 <${major + 1}`);
    expect(peerRange("workspace:^")).toBe("workspace:^");
  });

  test("accepts a folder with an empty Git repository, and a name that starts with a digit", async () => {
    await mkdir(join(folder, "rack", ".git"), { recursive: true });
    expect(await create(join(folder, "rack"), "--name", "3d-printer")).toMatchObject({ code: 0 });
    expect(await read("rack", "src", "client.ts")).toContain("class Platform3dPrinterClient");
    expect(await packageJson("rack")).toMatchObject({ name: "openfactory-strategy-3d-printer" });
  });
});

describe("invalid arguments cause an error with a hint, and no file is written", () => {
  test.each([
    [[], "The argument <directory> is missing."],
    [["rack", "shelf"], "Expected one directory, got 2: "],
    [["rack", "--nmae", "x"], "--nmae"],
    [["rack", "--name", "My Rack"], `Invalid platform name "My Rack"`],
    [["Ünicode"], `Invalid platform name "ünicode"`],
    [["rack", "--name", "swarm"], "The platform name swarm is reserved"],
    [["rack", "--package", "Rack"], `Invalid npm package name "Rack"`],
    [["rack", "--package", "../rack"], `Invalid npm package name "../rack"`],
  ])("%j", async (args, message) => {
    const [directory, ...rest] = args;
    const { code, out, err } = await create(...(directory === undefined ? [] : [join(folder, directory)]), ...rest);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(message);
    expect(err).toMatch(/^error: .+\.\n {2}hint: .+\n$/);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a directory that is not empty, and a file", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    expect(await create(folder, "--name", "rack")).toMatchObject({
      code: 3,
      err: expect.stringContaining("is not empty"),
    });
    expect(await create(join(folder, "notes.txt"), "--name", "rack")).toMatchObject({
      code: 3,
      err: expect.stringContaining("is not a directory"),
    });
    expect(await readdir(folder)).toEqual(["notes.txt"]);
    expect(await read("notes.txt")).toBe("mine");
  });

  test("--help prints the help", async () => {
    expect(await create("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("npm create @openfactory/strategy"),
    });
  });
});
