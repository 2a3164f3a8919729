import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./run.js";

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "create-strategy-"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

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

const read = (...path: string[]) => readFile(join(place, ...path), "utf8");
const manifest = async (folder: string) => JSON.parse(await read(folder, "package.json"));

describe("a new strategy", () => {
  test("is the template under its own names, whole, and says what to do next", async () => {
    const { code, out, err } = await create(join(place, "strategy-rack-2"), "--package", "@acme/my-platform-rack");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Made @acme/my-platform-rack, the platform rack-2, in ");
    expect(out).toContain("npm test");
    const files = (await readdir(join(place, "strategy-rack-2"), { recursive: true })).sort();
    expect(files).toEqual(
      expect.arrayContaining([".changeset/config.json", ".gitignore", "README.md", "package.json", "src/strategy.ts"]),
    );
    expect(files.filter((file) => file.includes("_"))).toEqual([]);
    expect(await manifest("strategy-rack-2")).toMatchObject({
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
    ["20.20.2", "note: it takes Node 22 or later, as ofdeploy does, and this is 20.20.2.\n"],
    ["22.11.0", ""],
  ])("on Node %s is made all the same, and says what it takes", async (version, told) => {
    let err = "";
    const streams = { stdout: { write: () => true }, stderr: { write: (text: string) => (err += text) } };
    expect(await run([join(place, "rack")], streams, version)).toBe(0);
    expect(err).toBe(told);
  });

  test("asks for the versions that this package is made with", async () => {
    await create(join(place, "rack"));
    const own = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")).devDependencies;
    const { dependencies, peerDependencies, devDependencies } = await manifest("rack");
    for (const [name, version] of Object.entries({ ...dependencies, ...peerDependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^(?:\^\d|workspace:)/);
      expect(version, name).toBe(own[name]);
    }
  });

  test("may be made in a fresh repository, and called by a name that begins with a digit", async () => {
    await mkdir(join(place, "rack", ".git"), { recursive: true });
    expect(await create(join(place, "rack"), "--name", "3d-printer")).toMatchObject({ code: 0 });
    expect(await read("rack", "src", "client.ts")).toContain("class Platform3dPrinterClient");
    expect(await manifest("rack")).toMatchObject({ name: "openfactory-strategy-3d-printer" });
  });
});

describe("what can't be is refused in a sentence, with what to do, and nothing is written", () => {
  test.each([
    [[], "No directory is named."],
    [["rack", "shelf"], "shelf is a second"],
    [["rack", "--nmae", "x"], "--nmae"],
    [["rack", "--name", "My Rack"], `A platform can't be called "My Rack"`],
    [["Ünicode"], `A platform can't be called "ünicode"`],
    [["rack", "--name", "swarm"], "The platform swarm is built into ofdeploy."],
    [["rack", "--package", "Rack"], `A package can't be called "Rack"`],
    [["rack", "--package", "../rack"], `A package can't be called "../rack"`],
  ])("%j", async (args, message) => {
    const [directory, ...rest] = args;
    const { code, out, err } = await create(...(directory === undefined ? [] : [join(place, directory)]), ...rest);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(message);
    expect(err).toMatch(/^error: .+\.\n {2}hint: .+\n$/);
    expect(await readdir(place)).toEqual([]);
  });

  test("a directory that is not empty, and one that is a file", async () => {
    await writeFile(join(place, "notes.txt"), "mine");
    expect(await create(place, "--name", "rack")).toMatchObject({
      code: 3,
      err: expect.stringContaining("is not empty"),
    });
    expect(await create(join(place, "notes.txt"), "--name", "rack")).toMatchObject({
      code: 3,
      err: expect.stringContaining("is no directory"),
    });
    expect(await readdir(place)).toEqual(["notes.txt"]);
    expect(await read("notes.txt")).toBe("mine");
  });

  test("--help tells how", async () => {
    expect(await create("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("npm create @openfactory/strategy"),
    });
  });
});
