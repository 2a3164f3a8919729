import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, MEMORY_PLUGIN, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject().write(appFile({ web: "", db: "" }));
  resetMemory();
});
afterEach(() => project.remove());

const onMemory = ["--plugin", MEMORY_PLUGIN, "--platform", "memory"];
const run = (...args: string[]) => project.runWith(captureIo(project.folder), args);

describe("an invalid command line", () => {
  const refused: [line: string, message: string, hint: string][] = [
    ["foo", 'Unknown command "foo".', "Known commands: up, plan, "],
    ["upp", 'Unknown command "upp".', "Did you mean up?"],
    ["help foo", 'Unknown command "foo".', "Known commands: up, "],
    ["help lgos", 'Unknown command "lgos".', "Did you mean logs?"],
    ["help up down", 'Too many arguments for "help".', "ofdeploy help --help"],
    ["-p x", "No command given.", "ofdeploy --help"],
    ["-v up", 'Unknown option "-v".', "ofdeploy --version"],
    ["up -v", 'Unknown option "-v".', "ofdeploy --version"],
    ["up -V", 'Unknown option "-V".', "ofdeploy --version"],
    ["up --version", 'Unknown option "--version".', "ofdeploy --version"],
    ["--version up", "--version can't be combined with a command.", "Remove --version to run `ofdeploy up`."],
    ["up -f a.yml b.yml", "b.yml is a file, not an app.", "Write -f before each file, or pass -f <directory>."],
    ["-f a.yml b.yml up", 'Unknown command "b.yml".', "Write -f before each file, or pass -f <directory>."],
    ["completion bsh", "Allowed choices are bash, zsh, fish, powershell.", "Did you mean bash?"],
    ["up --timeuot 3", 'Unknown option "--timeuot".', "Did you mean --timeout?"],
    ["ps --prune", 'Unknown option "--prune".', "--prune is an option of up, plan."],
    ["ps -project x", 'Unknown option "-project".', "Write two dashes: --project."],
    ["up -file=x.yml", 'Unknown option "-file".', "Write two dashes: --file."],
    ["up --wait --no-wait", "--wait and --no-wait can't be used together.", "Remove one of these options."],
    ["up --platform a --platform b", "--platform is given twice.", "Pass --platform once."],
    ["-p a ps -p b", "--project is given twice.", "Pass --project once."],
    ["up --timeout 3 --timeout 4", "--timeout is given twice.", "Pass --timeout once."],
    ["--platform a ps --platform b", "--platform is given twice.", "Pass --platform once."],
    ["up --concurrency 3 --concurrency 4", "--concurrency is given twice.", "Pass --concurrency once."],
    ["up --option a=1 --option a=2", "a is given twice.", "ofdeploy up --help"],
    ["ps --project=", "The value is empty.", "ofdeploy ps --help"],
    [
      "logs -f openfactory.yml",
      "-f after `logs` means --follow, but openfactory.yml is a file",
      "ofdeploy -f openfactory.yml logs",
    ],
    ["logs -f ./shop web", "-f after `logs` means --follow, but ./shop is a file", "ofdeploy -f ./shop logs"],
    ["logs -f -", "-f after `logs` means --follow, but - is a file", "ofdeploy -f - logs"],
    ["logs -fweb", 'Unknown option "-web".', "write a space before web"],
    ["-f=openfactory.yml validate", "-f does not accept an equals sign before its value.", "Write -f openfactory.yml."],
    ["validate -f=", "-f does not accept an equals sign before its value.", "Write -f <value>."],
    ["ps -p=shop", "-p does not accept an equals sign before its value.", "Write -p shop."],
    ["VALIDATE", 'Unknown command "VALIDATE".', "Did you mean validate?"],
    ["logs --since tomorrow", "Expected a duration such as 90s or 1m30s, or an ISO date", "ofdeploy logs --help"],
    ["logs --since 2026-13-45", "Expected a duration such as 90s or 1m30s, or an ISO date", "ofdeploy logs --help"],
    ["scale web=1 WEB=2", "web is given twice.", "Name each app once."],
  ];
  test.each(refused)("%s", async (line, message, hint) => {
    const extra = /^(help|-v|--version|-p x$)/.test(line) || line.includes("--platform") ? [] : onMemory;
    const ran = await run(...line.split(" "), ...extra);
    expect(ran).toMatchObject({ code: 3, out: "" });
    expect(ran.err).toContain("error[USAGE] ");
    expect(ran.err).toContain(message);
    expect(ran.err).toContain(hint);
  });
});

describe("a command or option of another tool", () => {
  /** Each fails with a hint that names the equivalent. For more lines see habits.test.ts. */
  const lines: [line: string, hint: RegExp][] = [
    ["up --scale web=3", /ofdeploy scale <app>=<n>/],
    ["up --target web", /ofdeploy up <app>/],
    ["up -auto-approve", /remove this option/],
    ["plan -destroy", /ofdeploy down --dry-run/],
    ["plan --yes", /remove this option/],
    ["down --rmi all", /docker image prune/],
    ["logs --until 1h", /--since/],
    ["ps -o wide", /--json/],
    ["up --progress plain", /--verbose/],
    ["status", /ofdeploy ps/],
    ["diff", /ofdeploy plan/],
    ["version", /ofdeploy --version/],
  ];
  test.each(lines)("%s", async (line, hint) => {
    const ran = await run(...line.split(" "), ...onMemory);
    expect(ran).toMatchObject({ code: 3, out: "" });
    expect(ran.err).toMatch(/^error\[USAGE\] Unknown (command|option)/);
    expect(ran.err.split("hint: ")[1]).toMatch(hint);
  });
});

describe("a valid command line", () => {
  test("-v, -V and --version print the version, also after other global options", async () => {
    for (const line of ["-v", "-V", "--version"])
      expect(await run(line)).toMatchObject({ code: 0, out: expect.stringMatching(/^ofdeploy \d\S*\n$/) });
    expect(await run("-p", "x", "--version")).toMatchObject({ code: 0, out: expect.stringMatching(/^ofdeploy \d/) });
  });

  test("down -v removes volumes only after confirmation", async () => {
    const memory = resetMemory();
    const labels = { "org.openfactory.deploy.project": "factory", "org.openfactory.deploy.file": "openfactory.yml" };
    await memory.createResource({ kind: "volume", name: "web_data", labels });
    const volumes = async () => (await memory.listResources({ kinds: ["volume"] })).length;
    expect(await volumes()).toBe(1);
    expect(await project.run("down", "-v")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("Pass --yes."),
    });
    expect(await project.run("down", "-v", "-y")).toMatchObject({ code: 0, out: expect.stringContaining("volume") });
    expect(await volumes()).toBe(0);
  });

  test("help prints the help of the program, and help <command> the help of a command", async () => {
    expect(await run("help")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: ofdeploy \[options\][^]*--version/),
    });
    expect(await run("help", "logs")).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^Usage: ofdeploy logs[^]*-f, --follow[^]*Examples:\n {2}ofdeploy logs[^]*Global Options: --file/,
      ),
    });
  });

  test("the help of each command fits into 24 lines of 80 columns", async () => {
    const { out } = await run("__complete", "0");
    const commands = [...out.matchAll(/^([\w-]+)\t/gm)].map(([, name = ""]) => name);
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      const lines = (await run(command, "--help")).out.trimEnd().split("\n");
      expect(lines.length, command).toBeLessThanOrEqual(24);
      expect(Math.max(...lines.map(({ length }) => length)), command).toBeLessThanOrEqual(80);
    }
  });

  test("logs -f follows all apps or the named ones, with a file before the command or after --file", async () => {
    project.write(appFile({ web: "", db: "" }, "other"), "other.yml");
    for (const args of [
      ["logs", "-f"],
      ["logs", "-f", "web"],
      ["-f", "other.yml", "logs", "-f", "web"],
      ["logs", "-f", "web", "--file", "other.yml"],
    ]) {
      resetMemory({ processes: { web: { repeats: "tick" }, db: { repeats: "tock" } } });
      await project.run("up", ...(args.includes("other.yml") ? ["-f", "other.yml"] : []));
      const io = captureIo(project.folder);
      io.stdout.onWrite = () => {
        if (io.stdout.text.split("tick").length > 3) io.signals.emit("SIGINT");
      };
      expect((await project.runOnMemory(io, ...args)).code, args.join(" ")).toBe(130);
      expect(io.stdout.text).toMatch(/web \| tick/);
      expect(io.stdout.text.includes("tock"), args.join(" ")).toBe(args.at(-1) === "-f");
    }
  });

  test("global options are accepted before and after the command, and lists add up", async () => {
    project.write(appFile({ ui: "" }).replace("name: factory\n", ""), "ui.yml");
    const ran = await project.run("-f", "openfactory.yml", "--json", "validate", "-f", "ui.yml");
    expect(ran.events.at(-1)).toMatchObject({ files: ["openfactory.yml", "ui.yml"], project: "factory" });
  });

  test("an invalid line in .ofaenv fails a command that needs its platform", async () => {
    project.write("DEPLOYMENT_PLATFORM swarm\n", ".ofaenv");
    const io = captureIo(project.folder);
    expect(await project.runWith(io, ["ps", "-p", "factory"])).toMatchObject({
      code: 3,
      err: expect.stringContaining(".ofaenv:1:1"),
    });
  });
});
