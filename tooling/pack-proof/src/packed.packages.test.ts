import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBrokenPlugins, expectedErrors } from "./broken-plugins.js";
import { CONSUMER, CONSUMER_TSCONFIG } from "./consumer.js";
import { tarballProblems } from "./tarball-problems.js";
import { bytesIn, installedIn, Outside } from "./outside.js";
import { addOwnConnector } from "./own-connector.js";
import { addPluginWithOwnCopies } from "./plugin-with-own-copies.js";
import type { Tarball } from "./pack.js";
import { root, run, tryRun } from "./run.js";

// Several installs with npm outside of the workspace.
// The install scripts of ssh2 and cpu-features take long and are optional.
const INSTALL = ["install", "--ignore-scripts"];

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.create();
});
afterAll(() => outside?.close());

const APPS = "name: factory\napps:\n  web:\n    uuid: WEB\n    image: demo:1\n  db:\n    uuid: DB\n    image: demo:1\n";

/** A plugin without imports, which registers no strategy. */
const SHELF = `
export const plugin = {
  name: "shelf", contractVersion: 1, description: "A shelf.",
  options: { safeParse: (data) => ({ success: true, data }) },
  register() {},
};
`;

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** Prints a line next to the test results. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);

test("every tarball has its files, a README and the license, but no tests or workspace versions", () => {
  const all = outside.tarballs.map((tarball) => [tarball.manifest.name, tarballProblems(tarball)]);
  expect(all.length).toBeGreaterThanOrEqual(11);
  expect(Object.fromEntries(all)).toEqual(Object.fromEntries(all.map(([name]) => [name, []])));
});

describe("an installation of one strategy has no code of the others", () => {
  const install = async (project: string, ...packages: string[]) => {
    await outside.write(project, { "package.json": { name: project, private: true } });
    await outside.npm(project, ...INSTALL, ...packages);
    const { packages: all, bytes } = await installedIn(outside.path(project));
    print(`installed ${packages.join(" and ")}: ${all.length} packages, ${megabytes(bytes)}`);
    return all.filter((name) => name.startsWith("@openfactory/"));
  };
  const core = "@openfactory/deploy-core";
  const docker = ["@openfactory/docker-engine", "@openfactory/docker-translators"];

  test.each([
    ["core-only", [core], [core]],
    ["core-swarm", [core, "@openfactory/strategy-swarm"], [core, ...docker, "@openfactory/strategy-swarm"]],
    [
      "core-docker",
      [core, "@openfactory/strategy-local-docker"],
      [core, ...docker, "@openfactory/strategy-local-docker"],
    ],
  ])("%s", async (project, wanted, expected) => {
    expect(await install(project, ...wanted)).toEqual([...expected].sort());
  });
});

test("types and exports of every package resolve outside of the workspace", async () => {
  const all = outside.tarballs.map(({ manifest }) => manifest.name);
  // Requires vitest; the strategy that is created below compiles against it.
  const used = all.filter((name) => name !== "@openfactory/strategy-contract-tests");
  expect(used.filter((name) => !CONSUMER.includes(`"${name}"`))).toEqual([]);
  await outside.write("consumer", {
    "package.json": { name: "consumer", private: true, type: "module" },
    "tsconfig.json": CONSUMER_TSCONFIG,
    "consumer.ts": CONSUMER,
  });
  const sources = used.map((name) => (name.startsWith("@") ? name : outside.tarball(name)));
  await outside.npm("consumer", ...INSTALL, ...sources, "@types/node@24");
  await run(join(root, "node_modules", ".bin", "tsc"), [], outside.path("consumer"));
  const { out } = await run(process.execPath, ["out/consumer.js"], outside.path("consumer"));
  expect(JSON.parse(out)).toEqual([["docker", "swarm"], 1, "running", "demo:1", 0, "string", true, { project: "p" }]);
});

describe("the command", () => {
  const MAX_BYTES = 4 * 1024 ** 2;

  test("is one package without dependencies, of at most 4 MiB", async () => {
    const { manifest, file } = outside.tarballs.find((tarball) => tarball.manifest.name === "ofdeploy") as Tarball;
    for (const section of ["dependencies", "optionalDependencies", "peerDependencies"])
      expect(manifest[section], section).toBeUndefined();
    await outside.write("size", {});
    await run("tar", ["-xzf", file, "-C", outside.path("size")], root);
    const bytes = await bytesIn(outside.path("size"));
    print(`ofdeploy unpacked: ${megabytes(bytes)}`);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  test("is installed by `npm install --global`, with both strategies, and finds a plugin installed the same way", async () => {
    const prefix = outside.path("prefix");
    await outside.write("global", {});
    await outside.write("shelf", {
      "package.json": {
        name: "openfactory-shelf",
        version: "1.0.0",
        openfactory: { deploymentPlatforms: { shelf: "./plugin.mjs" } },
      },
      "plugin.mjs": SHELF,
    });
    await outside.onlyTarballs("global", "npm", "install", "--global", "--prefix", prefix, "ofdeploy");
    expect(await readdir(join(prefix, "lib", "node_modules"))).toEqual(["ofdeploy"]);
    const names = async () => {
      const { out } = await run(join(prefix, "bin", "ofdeploy"), ["platforms", "--json"], outside.path("global"));
      return out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter(({ event }) => event === "platform")
        .map(({ name, origin }) => `${name} of ${origin}`);
    };
    const builtIn = ["docker of @openfactory/strategy-local-docker", "swarm of @openfactory/strategy-swarm"];
    expect(await names()).toEqual(builtIn);
    const shelf = ["pack", "--pack-destination", outside.path("global")];
    await outside.onlyTarballs("shelf", "npm", ...shelf);
    const tarball = outside.path("global", "openfactory-shelf-1.0.0.tgz");
    await outside.onlyTarballs("global", "npm", "install", "--global", "--prefix", prefix, tarball);
    expect((await names()).sort()).toEqual([...builtIn, "shelf of openfactory-shelf"].sort());
  });

  test("runs by `npx ofdeploy`", async () => {
    await outside.write("npx", {});
    const { manifest } = outside.tarballs.find((tarball) => tarball.manifest.name === "ofdeploy") as Tarball;
    const { out } = await outside.onlyTarballs("npx", "npx", "--yes", "ofdeploy", "--version");
    expect(out).toBe(`ofdeploy ${manifest.version}\n`);
  });

  test.each(["20", "22"])("runs on Node %s", async (version) => {
    const folder = `node-${version}`;
    await outside.write(folder, {
      "package.json": { name: folder, private: true },
      "openfactory.yml": APPS,
    });
    await outside.npm(folder, "install", outside.tarball("ofdeploy"), `node@${version}`);
    const ofdeploy = (...args: string[]) =>
      tryRun(
        outside.path(folder, "node_modules", "node", "bin", "node"),
        [outside.path(folder, "node_modules", "ofdeploy", "bin", "ofdeploy.js"), ...args],
        outside.path(folder),
      );
    expect(await ofdeploy("validate")).toMatchObject({ code: 0, out: expect.stringContaining("2 apps") });
    expect(await ofdeploy("platforms")).toMatchObject({ code: 0, err: "" });
    expect(await ofdeploy("up", "--host", "tcp://127.0.0.1:1")).toMatchObject({
      code: 4,
      err: expect.stringContaining("error[ENGINE_UNREACHABLE]"),
    });
  });
});

describe("a new strategy, from public packages only", () => {
  const plant = "plant";
  const ofdeploy = (...args: string[]) => outside.installed(plant, "ofdeploy", ...args);

  // Two installations, a build and the whole contract.
  test("is created by npm create, builds, and passes the contract", { timeout: 900_000 }, async () => {
    await outside.write(".", { "package.json": { name: "outside", private: true } });
    const { out } = await outside.npm(".", "create", "@openfactory/strategy", "rack", "--", "--package", "@acme/rack");
    expect(out).toContain("Created @acme/rack for the platform rack in rack");
    await outside.npm("rack", "install");
    await outside.npm("rack", "run", "build");
    const tested = await outside.npm("rack", "test");
    const [, passed] = /Tests +(\d+) passed/.exec(tested.out) ?? [];
    expect(Number(passed)).toBeGreaterThan(100);
    expect(tested.out).not.toMatch(/\d failed/);
    await outside.npm("rack", "exec", "--", "changeset", "version");
    expect(await readFile(outside.path("rack", "CHANGELOG.md"), "utf8")).toContain("## 0.1.0");
    await outside.npm("rack", "pack", "--pack-destination", "..");
    print(`contract of the created strategy: ${passed} passed`);
  });

  test("is found by its declaration, and used by ofdeploy", async () => {
    await outside.write(plant, {
      "package.json": { name: plant, private: true },
      "openfactory.yml": APPS,
    });
    await outside.npm(plant, "install", outside.tarball("ofdeploy"), outside.path("acme-rack-0.1.0.tgz"));
    const { packages, bytes } = await installedIn(outside.path(plant));
    print(`installed ofdeploy and a strategy: ${packages.length} packages, ${megabytes(bytes)}`);
    expect(packages.filter((name) => name.includes("/strategy-"))).toEqual([]);

    const up = await ofdeploy("up", "--platform", "rack");
    expect(up.err).not.toContain("error");
    expect(up).toMatchObject({ code: 0, out: expect.stringContaining("factory: 2 started") });
    expect(up.err).toContain("still the placeholder");
    // Another command finds the deployed services.
    expect((await ofdeploy("ps", "--platform", "rack")).out).toMatch(/web +web +running/);
    expect((await ofdeploy("up", "--platform", "rack")).out).toContain("factory: 2 unchanged");
    expect(await ofdeploy("down", "--platform", "rack")).toMatchObject({
      code: 0,
      out: expect.stringContaining("2 removed"),
    });
    expect((await ofdeploy("ps", "--platform", "rack")).out).toMatch(/web +web +not deployed/);
  });

  test("accepts a plugin with its own copies of core and tsyringe", async () => {
    const plugin = await addPluginWithOwnCopies(outside, plant);
    const named = ["--plugin", plugin, "--platform", "own", "--option", "reason=by its own copy"];
    const up = await ofdeploy("up", "--no-rollback", ...named);
    expect(up.out).toMatch(/^web +started/m);
    expect(up).toMatchObject({
      code: 5,
      err: expect.stringMatching(/error\[CONFLICT\] openfactory\.yml:\d+:\d+: db is taken: by its own copy\./),
    });
  });

  test("accepts a connector and an asset listener of an installed package", async () => {
    await addOwnConnector(outside, plant);
    const up = await ofdeploy("up", "--platform", "rack", "--file", "modbus.yml");
    expect(up, up.err).toMatchObject({ code: 0 });
    expect((await ofdeploy("ps", "--platform", "rack", "--file", "modbus.yml")).out).toMatch(
      /valve-gateway +valve-1-gateway +running/,
    );
    expect(await ofdeploy("validate", "--platform", "rack", "--file", "wrong.yml")).toMatchObject({
      code: 3,
      err: expect.stringContaining("wrong.yml:5:37: devices.valve.connector.unit: a unit is at most 247"),
    });
    expect(await ofdeploy("down", "--platform", "rack", "--file", "modbus.yml")).toMatchObject({ code: 0 });
    const noted = await readFile(outside.path(plant, "assets.txt"), "utf8");
    expect(noted).toBe("created device VALVE-1\nremoved device VALVE-1\n");
  });

  test("works with unusable plugins, whose errors have reasons", async () => {
    const manifest = JSON.parse(await readFile(outside.path(plant, "package.json"), "utf8"));
    await addBrokenPlugins(outside, plant, manifest);

    const listed = await ofdeploy("platforms", "--json");
    expect(listed).toMatchObject({ code: 0, err: "" });
    const platforms = listed.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const [name, error] of Object.entries(expectedErrors)) {
      expect(platforms.find((platform) => platform.name === name)).toMatchObject({ error });
      const refused = await ofdeploy("up", "--platform", name);
      expect(refused.code, name).not.toBe(0);
      expect(refused.err).toContain(`error[${error.code}] ${error.message}`);
      expect(refused.err).toMatch(/hint: \S/);
      expect(refused.err).not.toMatch(/\n +at /);
    }
    expect(platforms.find(({ name }) => name === "rack")).toMatchObject({
      origin: "@acme/rack",
      capabilities: ["inspect", "list"],
    });

    // A plugin that is not installed adds no platform. By name or as a module, it is an error.
    const unknown = await ofdeploy("up", "--platform", "absent");
    expect(unknown.err).toMatch(
      /error\[UNKNOWN_PLATFORM\] Unknown platform absent\. Known platforms: [^]*hint: .*install/,
    );
    const absent = await ofdeploy("up", "--plugin", "plugin-that-is-absent");
    expect(absent.err).toMatch(
      /error\[PLUGIN_FAILED\] The plugin plugin-that-is-absent could not be loaded: [^]*hint: .*install/,
    );

    expect(await ofdeploy("up", "--platform", "rack")).toMatchObject({
      code: 0,
      out: expect.stringContaining("2 started"),
    });
    expect(await ofdeploy("down", "--platform", "rack")).toMatchObject({ code: 0 });
  });
});

test("npm requested no packages of OpenFactory's scope that are not among the tarballs", () => {
  expect(outside.missing).toEqual([]);
});
