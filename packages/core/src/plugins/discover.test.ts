import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { discoverAllPlugins, discoverPlugins } from "./discover.js";
import { StrategyRegistry } from "./strategy-plugin.js";

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "deploy-core-"));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const write = async (path: string, content: unknown): Promise<void> => {
  const file = join(project, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
};

const declaring = (name: string, platforms: unknown) => ({
  name,
  type: "module",
  openfactory: { deploymentPlatforms: platforms },
});

const pluginSource = (name: string): string =>
  `export const plugin = {
    name: "${name}", contractVersion: 1, description: "Found.",
    options: { safeParse: (data) => ({ success: true, data }) },
    register() {},
  };`;

const found = async (folder = project): Promise<string[]> =>
  (await discoverPlugins(folder)).map(({ name, origin }) => `${name} of ${origin}`).sort();

describe("discoverPlugins()", () => {
  test("finds the platforms of the project and of its installed dependencies", async () => {
    await write("package.json", {
      ...declaring("me", { mine: "./mine.js" }),
      dependencies: { a: "1", plain: "1" },
      devDependencies: { "@scope/b": "1" },
      optionalDependencies: { c: "1", absent: "1" },
    });
    await write("node_modules/a/package.json", declaring("a", { one: "./one.js", two: "./two.js" }));
    await write("node_modules/@scope/b/package.json", declaring("@scope/b", { three: "./three.js" }));
    await write("node_modules/c/package.json", declaring("c", { four: "./four.js" }));
    await write("node_modules/plain/package.json", { name: "plain" });
    await write("node_modules/undeclared/package.json", declaring("undeclared", { five: "./five.js" }));
    expect(await found()).toEqual(["four of c", "mine of me", "one of a", "three of @scope/b", "two of a"]);
  });

  test("uses the nearest package.json at or above the folder, and node_modules further up", async () => {
    await write("package.json", { name: "root" });
    await write("node_modules/a/package.json", declaring("a", { one: "./one.js" }));
    await write("apps/x/package.json", { name: "x", dependencies: { a: "1" } });
    await write("apps/x/src/index.js", "");
    expect(await found(join(project, "apps/x/src"))).toEqual(["one of a"]);
    expect(await found(join(project, "apps"))).toEqual([]);
  });

  test("returns declarations that the registry loads", async () => {
    await write("package.json", { name: "me", dependencies: { a: "1", broken: "1" } });
    await write("node_modules/a/package.json", declaring("a", { one: "./dist/one.js" }));
    await write("node_modules/a/dist/one.js", pluginSource("one"));
    await write(
      "node_modules/broken/package.json",
      declaring("broken", { two: "./absent.js", three: "./throws.js", four: 4 }),
    );
    await write("node_modules/broken/throws.js", `throw new Error("boom");`);
    const registry = new StrategyRegistry();
    for (const declaration of await discoverPlugins(project)) registry.declare(declaration);
    expect(await registry.describe()).toMatchObject([
      { name: "four", origin: "broken", error: { code: "PLUGIN_FAILED" } },
      { name: "one", origin: "a", description: "Found." },
      { name: "three", origin: "broken", error: { code: "PLUGIN_FAILED", message: expect.stringContaining("boom") } },
      { name: "two", origin: "broken", error: { code: "PLUGIN_FAILED" } },
    ]);
  });

  test("discoverAllPlugins() finds connectors and asset listeners by their own keys", async () => {
    await write("package.json", { name: "me", dependencies: { a: "1" } });
    await write("node_modules/a/package.json", {
      name: "a",
      openfactory: { connectors: { modbus: "./modbus.js" }, assetListeners: { kafka: "./kafka.js" } },
    });
    const { connectors, assetListeners, deploymentPlatforms } = await discoverAllPlugins(project);
    expect([connectors, assetListeners, deploymentPlatforms].map((found) => found.map(({ name }) => name))).toEqual([
      ["modbus"],
      ["kafka"],
      [],
    ]);
  });

  test.each([
    "not json",
    "[]",
    "null",
    '{"openfactory": 1}',
    '{"openfactory": {"deploymentPlatforms": ["a"]}}',
    '{"openfactory": null}',
  ])("ignores a package.json with the content %s", async (content) => {
    await write("package.json", { name: "me", dependencies: { bad: "1", good: "1" } });
    await write("node_modules/bad/package.json", content);
    await write("node_modules/good/package.json", declaring("good", { one: "./one.js" }));
    expect(await found()).toContain("one of good");
  });

  test("returns nothing without a project", async () => {
    expect(await found(join(project, "nowhere"))).toEqual([]);
  });
});

describe("discoverAllPlugins() with the installation of the program", () => {
  const foundWith = async (installation: string): Promise<string[]> =>
    (await discoverAllPlugins(join(project, "mine"), join(project, installation))).deploymentPlatforms.map(
      ({ name, origin }) => `${name} of ${origin}`,
    );

  test("finds the platforms of all packages beside the program, if the folder has no package.json", async () => {
    await write("lib/node_modules/ofdeploy/package.json", { name: "ofdeploy" });
    await write("lib/node_modules/a/package.json", declaring("a", { one: "./one.js" }));
    await write("lib/node_modules/@scope/b/package.json", declaring("@scope/b", { two: "./two.js" }));
    expect(await foundWith("lib")).toEqual(["one of a", "two of @scope/b"]);
  });

  test("finds only the platforms of declared dependencies, if the folder has a package.json", async () => {
    await write("global/package.json", { name: "global", dependencies: { a: "1" } });
    await write("global/node_modules/a/package.json", declaring("a", { one: "./one.js" }));
    await write("global/node_modules/undeclared/package.json", declaring("undeclared", { two: "./two.js" }));
    expect(await foundWith("global")).toEqual(["one of a"]);
  });

  test("prefers the project's plugin of the same name", async () => {
    await write("mine/package.json", { name: "mine", dependencies: { a: "1" } });
    await write("mine/node_modules/a/package.json", declaring("a", { one: "./one.js" }));
    await write("lib/node_modules/b/package.json", declaring("b", { one: "./one.js", two: "./two.js" }));
    expect(await foundWith("lib")).toEqual(["one of a", "two of b"]);
  });

  test("finds none in a folder that can't be read", async () => {
    expect(await foundWith("absent")).toEqual([]);
  });
});
