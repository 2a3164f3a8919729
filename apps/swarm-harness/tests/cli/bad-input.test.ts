import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, MEMORY_PLUGIN, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const two = appFile({ web: "depends_on: [db]", db: "" });

describe("bad input", () => {
  const refused: [name: string, args: string[], code: number, message: string][] = [
    ["an unknown command", ["upp"], 3, 'error[USAGE] Unknown command "upp".\n  hint: Did you mean up?\n'],
    ["an unknown option", ["up", "--timeuot", "3"], 3, "hint: Did you mean --timeout?"],
    ["a bad duration", ["up", "--timeout", "soon"], 3, "Expected seconds, or a duration such as 90s"],
    ["a missing value", ["up", "--file"], 3, "error[USAGE] --file requires a value."],
    ["a file that isn't there", ["up", "-f", "nope.yml"], 3, "error[INVALID_FILE] nope.yml:1:1: "],
    ["an unknown platform", ["up", "--platform", "nomad"], 3, "error[UNKNOWN_PLATFORM] "],
    ["an option the platform does not have", ["up", "--option", "x=1"], 3, "error[INVALID_REQUEST] "],
    ["a plugin that isn't there", ["up", "--plugin", "./nope.js"], 3, "error[PLUGIN_FAILED] "],
  ];
  test.each(refused)("%s", async (_, args, code, message) => {
    project.write(two);
    const io = captureIo(project.folder);
    const own = ["--plugin", MEMORY_PLUGIN, ...(args.includes("--platform") ? [] : ["--platform", "memory"])];
    const ran = await project.runWith(io, args.at(-1) === "--file" ? args : [...args, ...own]);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(code);
    expect(ran.err).not.toMatch(/\n {4}at /);
    expect(ran.out).toBe("");
  });

  test("a missing file is an error with a hint, and apps.yml is found", async () => {
    const ran = await project.run("up");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringContaining("hint: Change to the directory of the file, or pass its path: -f <path>."),
    });
    project.write(two, "apps.yml");
    expect((await project.run("validate")).code).toBe(0);
  });

  test("validate prints every finding of a file on its own line", async () => {
    project.write(two.replace("image: demo:1", "imag: demo:1").replace("uuid: DB", "uuid: DB\n    color: red"));
    const { err, code, out } = await project.run("validate");
    expect(code).toBe(3);
    expect(out).toBe("");
    expect(err.match(/^error\[INVALID_FILE\] openfactory\.yml:\d+:\d+: /gm)?.length).toBeGreaterThan(1);
    expect((await project.run("validate", "--json")).events).toMatchObject([
      { event: "result", ok: false, exitCode: 3, error: { code: "INVALID_FILE", issues: expect.any(Array) } },
    ]);
  });

  test("an unexpected exception is printed as one sentence, and with its causes if OFDEPLOY_DEBUG=1", async () => {
    const memory = resetMemory();
    memory.list = () => Promise.reject(new TypeError("x is undefined", { cause: new Error("deep down") }));
    project.write(two);
    const quiet = await project.run("up");
    expect(quiet.code).toBe(70);
    expect(quiet.err).toMatch(
      /^error\[INTERNAL\] ofdeploy failed unexpectedly: x is undefined\n {2}hint: This is a bug in ofdeploy. Please report it.*\n {2}help: https:\S+\/errors\/INTERNAL\n$/,
    );
    const loud = await project.runOnMemory(captureIo(project.folder, { env: { OFDEPLOY_DEBUG: "1" } }), "up");
    expect(loud.err).toContain("debug: caused by Error: deep down");
  });
});

describe("the page of an error", () => {
  const help = "https://openfactoryio.github.io/openfactory-deploy/errors/";

  test("is printed once per code, after the errors", async () => {
    project.write(appFile({ web: "image: [1]", db: "image: [2]" }));
    const { err } = await project.run("validate");
    expect(err.match(/^error\[INVALID_FILE\]/gm)).toHaveLength(2);
    expect(err.endsWith(`\n  help: ${help}INVALID_FILE\n`)).toBe(true);
    expect(err.split("help: ")).toHaveLength(2);
  });

  test("is printed for a bad command line", async () => {
    const { err } = await project.run("upp");
    expect(err).toContain(`\n  help: ${help}USAGE\n`);
  });

  test("is left out by --quiet", async () => {
    const { err } = await project.write(two).run("logs", "wep", "--quiet");
    expect(err).toContain("error[NOT_FOUND]");
    expect(err).not.toContain("help:");
  });

  test.each([
    ["USAGE", ["ps", "--json", "--what"]],
    ["NOT_FOUND", ["logs", "--json", "wep"]],
  ])("is a field of the JSON of %s", async (code, args) => {
    const { out } = await project.write(two).run(...args);
    expect(JSON.parse(out)).toMatchObject({ event: "result", error: { code, help: `${help}${code}` } });
  });
});

describe("validate", () => {
  test("prints the number of apps and the platform", async () => {
    const ran = await project.write(two).run("validate");
    expect(ran).toMatchObject({ code: 0, out: "openfactory.yml: valid for memory: 2 apps, project factory\n" });
  });

  test("warns of unsupported fields, and fails with --strict", async () => {
    project.write(appFile({ web: "secrets: [key]" }));
    const ran = await project.run("validate");
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("warning[FIELD_NOT_SUPPORTED] web: secrets: ");
    const strict = await project.run("validate", "--strict");
    expect(strict.code).toBe(3);
    expect(strict.err).toContain("error[UNSUPPORTED] openfactory.yml:6:5: web: secrets: ");
  });

  test("warns of declared resources that the platform can't create, without calling an engine", async () => {
    const memory = resetMemory();
    const capabilities = memory.manifest.capabilities.filter((name) => name !== "resources");
    Object.defineProperty(memory, "manifest", { value: { ...memory.manifest, capabilities } });
    project.write(`networks: {back: }\n${appFile({ web: "networks: [back]" })}`);
    const ran = await project.run("validate", "--json");
    expect(ran.code).toBe(0);
    expect(ran.events[0]).toMatchObject({
      event: "warning",
      code: "RESOURCE_NOT_CREATED",
      reason: expect.stringContaining("network back"),
    });
    expect((await project.run("validate")).err).toContain("warning[RESOURCE_NOT_CREATED] ");
  });

  test("takes the platform and plugins from the environment", async () => {
    project.write(two);
    const io = captureIo(project.folder, { env: { DEPLOYMENT_PLATFORM: "memory", OFDEPLOY_PLUGINS: MEMORY_PLUGIN } });
    expect((await project.runWith(io, ["validate"])).out).toContain("valid for memory");
  });
});
