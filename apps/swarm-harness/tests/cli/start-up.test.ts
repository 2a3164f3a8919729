import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { COMMAND, spawnOfdeploy } from "./support/spawn-ofdeploy.js";

const PLATFORMS = ["platforms", "--json"] as const;

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "ofdeploy-start-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Makes Node report its loaded internal modules, through the binding of its own tests. */
const MODULES_OF_NODE = `
const { internalBinding } = require("internal/test/binding");
const { getCacheUsage } = internalBinding("builtins");
process.on("exit", () => {
  const { compiledWithCache, compiledWithoutCache } = getCacheUsage();
  require("node:fs").writeFileSync(process.env.LOADED, JSON.stringify([...compiledWithCache, ...compiledWithoutCache]));
});
`;

/** Writes the names of the loaded files of the command. */
const CHUNKS = `
process.on("exit", () => {
  const files = Object.keys(require.cache).map((file) => require("node:path").basename(file));
  require("node:fs").writeFileSync(process.env.LOADED, JSON.stringify(files.filter((file) => file.endsWith(".cjs"))));
});
`;

/** What a command has loaded according to a script of the above, with an app file in its directory. */
async function loadedBy(words: readonly string[], script: string): Promise<string[]> {
  const directory = await temporaryDirectory();
  const [report, loaded] = [join(directory, "report.cjs"), join(directory, "loaded.json")];
  await writeFile(report, script);
  await writeFile(join(directory, "openfactory.yml"), "apps:\n  web: {uuid: WEB, image: demo}\n");
  const env = { ...process.env, NODE_COMPILE_CACHE: directory, LOADED: loaded };
  const options = ["--expose-internals", "--require", report];
  await promisify(execFile)(process.execPath, [...options, COMMAND, ...words], { env, cwd: directory });
  return JSON.parse(await readFile(loaded, "utf8"));
}

test("zod compiles no functions", async () => {
  const modules = await loadedBy(PLATFORMS, MODULES_OF_NODE);
  expect(modules).toContain("stream");
  expect(modules).not.toContain("internal/navigator");
});

test("ofdeploy loads modules of Node when it uses them", async () => {
  const modules = await loadedBy(["validate"], MODULES_OF_NODE);
  expect(modules).toContain("http");
  expect(modules).not.toContain("crypto");
  expect(modules).not.toContain("perf_hooks");
});

// From 501 apps on, a command limits its memory.
test("ofdeploy validates a file of more than 500 apps", async () => {
  const directory = await temporaryDirectory();
  const apps = Array.from({ length: 501 }, (_, index) => `  app-${index}: {uuid: APP-${index}, image: demo}\n`);
  const file = join(directory, "openfactory.yml");
  await writeFile(file, `apps:\n${apps.join("")}`);
  const { code, stdout } = await spawnOfdeploy(["validate", "--file", file]);
  expect(code).toBe(0);
  expect(stdout).toContain("501 apps");
});

test("ofdeploy fills the compile cache in the user's cache directory", async () => {
  const directory = await temporaryDirectory();
  const { code } = await spawnOfdeploy(PLATFORMS, {
    HOME: directory,
    XDG_CACHE_HOME: directory,
    LOCALAPPDATA: directory,
    NODE_COMPILE_CACHE: "",
  });
  expect(code).toBe(0);
  expect((await readdir(join(directory, "ofdeploy", "compile-cache"))).length).toBeGreaterThan(0);
});

test("ofdeploy works if the compile cache can't be written", async () => {
  const file = join(await temporaryDirectory(), "file");
  await writeFile(file, "");
  expect(await spawnOfdeploy(PLATFORMS, { NODE_COMPILE_CACHE: file })).toMatchObject({ code: 0, stderr: "" });
  expect(await spawnOfdeploy(PLATFORMS, { NODE_DISABLE_COMPILE_CACHE: "1" })).toMatchObject({ code: 0, stderr: "" });
});

// Node's compile cache contains the functions in parentheses: those that the sample runs of the build call.
test.each([
  ["work", "loadProject", true],
  ["work", "revertRun", false],
  ["docker", "deployContainers", true],
  ["swarm", "deployService", true],
])("the compile cache of ofdeploy-%s.cjs contains %s: %s", async (name, called, expected) => {
  const code = await readFile(join(dirname(COMMAND), `../dist/ofdeploy-${name}.cjs`), "utf8");
  expect(code).toContain(called);
  expect(new RegExp(`^(?:let|const) ${called} = \\(`, "m").test(code)).toBe(expected);
});

test.each([
  [["--version"], ["ofdeploy.cjs"], /work|parse|zod/],
  [["--help"], ["ofdeploy-parse.cjs"], /work|rare|compose|yaml/],
  [["__complete", "1", "up", "--"], ["ofdeploy-complete.cjs"], /work|rare|compose|yaml/],
  [["platforms"], ["ofdeploy-rare.cjs"], /compose/],
  [["validate"], ["ofdeploy-work.cjs"], /rare|compose|xml/],
])("ofdeploy %j loads only the files that it needs", async (words, needed, unwanted) => {
  const files = await loadedBy(words, CHUNKS);
  expect(files).toEqual(expect.arrayContaining(needed));
  expect(files.filter((file) => unwanted.test(file))).toEqual([]);
});
