import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

const FILE = appFile({ web: "environment: [TOKEN=hunter2]\ndepends_on: [db]", db: "" });
const NEXT = FILE.replace("image: demo:1", "image: demo:2").replace("hunter2", "hunter3");
let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject().write(FILE);
  memory = resetMemory();
});
afterEach(() => project.remove());

const planFile = (): string => join(project.folder, "plan.json");
const changes = (): string[] => memory.calls.filter((call) => /^(deploy|update|remove)/.test(call));

describe("plan --out and up <file>", () => {
  test("a saved plan is applied, and refused once it was applied", async () => {
    const planned = await project.run("plan", "--out", "plan.json");
    expect(planned).toMatchObject({ code: 2, out: expect.stringContaining("factory: 2 to create\n") });
    expect(planned.err).toBe("Saved in plan.json. Run `ofdeploy up plan.json` to apply it.\n");
    expect(statSync(planFile()).mode & 0o777).toBe(0o600);
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 0, out: expect.stringContaining("2 running") });
    const refused = await project.run("up", "plan.json");
    expect(refused.code).toBe(5);
    expect(refused.err).toContain(
      "error[CONFLICT] openfactory.yml:3:3: web: the service was created since the plan was saved.\n",
    );
    expect(refused.err).toContain("  hint: Make a new plan with `ofdeploy plan --out <file>`");
  });

  test("a plan is refused if the file was edited, and names the key and the line", async () => {
    await project.run("up");
    await project.write(NEXT).run("plan", "-o", "plan.json");
    project.write(NEXT.replace("demo:2", "demo:3"));
    memory.calls.length = 0;
    const refused = await project.run("up", "plan.json", "--json");
    expect(refused.code).toBe(5);
    expect(refused.events.at(-1)).toMatchObject({
      event: "result",
      error: {
        code: "CONFLICT",
        issues: [
          { message: "web: the app was edited in the files since the plan was saved", location: { line: 3 } },
          { message: "web: image: planned demo:1 => demo:2, now demo:1 => demo:3" },
        ],
      },
    });
    project.write(NEXT.replace("hunter3", "hunter4"));
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 5 });
    expect(changes()).toEqual([]);
    project.write(`# A comment changes nothing.\n${NEXT}`);
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 0 });
  });

  test("the file has no values of variables, and --show-env is refused", async () => {
    await project.run("up");
    await project.write(NEXT).run("plan", "--out", "plan.json", "--json");
    const text = readFileSync(planFile(), "utf8");
    expect(text).not.toMatch(/hunter|"status"/);
    expect(JSON.parse(text)).toMatchObject({
      kind: "ofdeploy-plan",
      format: 1,
      command: { platform: "memory" },
      plan: { project: "factory", apps: [{ app: "web", action: "update" }, { action: "unchanged" }] },
    });
    expect(await project.run("plan", "--out", "plan.json", "--show-env")).toMatchObject({
      code: 3,
      err: expect.stringContaining("--show-env can't be combined with --out"),
    });
  });

  test("--json reports the file, and up --json and --dry-run work with a saved plan", async () => {
    const { events } = await project.run("plan", "--out", "plan.json", "--json");
    expect(events.at(-1)).toMatchObject({ event: "result", exitCode: 2, file: "plan.json" });
    expect(await project.run("up", "plan.json", "--dry-run")).toMatchObject({
      code: 2,
      err: "",
      out: expect.stringContaining("factory: 2 to create\n"),
    });
    expect(changes()).toEqual([]);
    expect((await project.run("up", "plan.json", "--json")).events.at(-1)).toMatchObject({ command: "up", ok: true });
    expect(await project.run("up", "plan.json", "--dry-run")).toMatchObject({ code: 5 });
  });

  test("the options of the plan are those of up, which refuses others", async () => {
    await project.run("up");
    project.write(appFile({ web: "environment: [TOKEN=hunter2]" }));
    await project.run("plan", "--out", "plan.json", "--prune");
    expect(await project.run("up", "plan.json", "--take-ownership")).toMatchObject({
      code: 3,
      err: expect.stringContaining("--take-ownership can't be combined with a saved plan"),
    });
    expect(await project.run("up", "plan.json", "--prune")).toMatchObject({ code: 0 });
    expect([...memory.engine.services.keys()]).toEqual(["web"]);
  });

  test("a plan of some apps is applied to them", async () => {
    await project.run("plan", "db", "--out", "plan.json");
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 0 });
    expect([...memory.engine.services.keys()]).toEqual(["db"]);
  });

  test("a plan with conflicts is not saved", async () => {
    await memory.deploy({ image: "demo:1", name: "db" });
    expect(await project.run("plan", "--out", "plan.json")).toMatchObject({
      code: 5,
      err: "Not saved in plan.json: a plan with conflicts can't be applied.\n",
    });
    expect(() => statSync(planFile())).toThrow("ENOENT");
  });

  test("a file that is not a saved plan is not overwritten, and a saved plan is", async () => {
    writeFileSync(planFile(), "{}");
    for (const path of ["plan.json", "openfactory.yml", "."])
      expect(await project.run("plan", "--out", path), path).toMatchObject({
        code: 3,
        err: expect.stringContaining(`${path} exists and is not a saved plan.`),
      });
    expect(readFileSync(planFile(), "utf8")).toBe("{}");
    rmSync(planFile());
    await project.run("plan", "--out", "plan.json");
    await project.run("up");
    expect(await project.run("plan", "--out", "plan.json")).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(planFile(), "utf8"))).toMatchObject({ plan: { hasChanges: false } });
    expect(await project.run("plan", "--out", "missing/plan.json")).toMatchObject({
      code: 3,
      err: expect.stringContaining("its directory does not exist"),
    });
  });

  test("a plan of standard input is refused, and so is a plan with the name of an app", async () => {
    expect(await project.run("plan", "--out", "plan.json", "-f", "-")).toMatchObject({
      code: 3,
      err: expect.stringContaining("A plan of standard input can't be saved"),
    });
    expect(await project.run("plan", "--out", "db")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/can't have the name of an app[^]*Pass --out db\.json/),
    });
    expect(await project.run("plan", "--out", "-")).toMatchObject({ code: 3 });
  });

  test("up takes a name as a saved plan if it is a path or the file is one, and else as an app", async () => {
    mkdirSync(join(project.folder, "db"));
    expect(await project.run("up", "db")).toMatchObject({ code: 0 });
    await project.run("plan", "--out", "tfplan");
    expect(await project.run("up", "tfplan")).toMatchObject({ code: 0, out: expect.stringContaining("web") });
    writeFileSync(join(project.folder, "web"), "not a plan");
    expect(await project.run("up", "web")).toMatchObject({ code: 0 });
    expect(await project.run("up", "tfplan", "web")).toMatchObject({
      code: 3,
      err: expect.stringContaining("can't be combined with other names"),
    });
    expect(await project.run("up", "no.json")).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "error[INVALID_FILE] no.json:1:1: The plan no.json can't be read: there is no such file.",
      ),
    });
    expect(await project.run("down", "tfplan.json")).toMatchObject({ code: 1 });
  });
});

describe("a damaged plan", () => {
  /** Saves a plan, changes its text, and returns the message of `up`. */
  const messageFor = async (change: (text: string) => string): Promise<string> => {
    await project.run("plan", "--out", "plan.json");
    writeFileSync(planFile(), change(readFileSync(planFile(), "utf8")));
    const { code, err } = await project.run("up", "plan.json");
    expect(code).toBe(3);
    expect(changes()).toEqual([]);
    rmSync(planFile());
    return err.split("\n")[0]!.replace(/ Nothing was changed\.$/, "");
  };
  const PREFIX = "The plan plan.json can't be read:";

  test.each<[string, (text: string) => string, RegExp]>([
    [
      "cut off",
      (text) => text.slice(0, -40),
      /^error\[INVALID_FILE\] plan\.json:\d{2,}:\d+: .*: the file is cut off\.$/,
    ],
    ["empty", () => "", /plan\.json:1:1: .*: the file is cut off\./],
    ["not JSON", () => "apps:\n", /plan\.json:1:1: .*: it is not a saved plan\./],
    ["other JSON", () => '{"event": "plan"}', /plan\.json:1:1: .*: it is not a saved plan\./],
    ["a list", () => "[]", /: it is not a saved plan\./],
    [
      "broken inside",
      (text) => text.replace('"salt":', '"salt"'),
      /:\d{2,}:\d+: .*: the file is damaged: it is not JSON from here on\./,
    ],
    [
      "of another format",
      (text) => text.replace('"format": 1', '"format": 2'),
      /plan\.json:3:\d+: .*another release of ofdeploy \(\S+\) saved it in another format\./,
    ],
    [
      "with a wrong type",
      (text) => text.replace('"hasChanges": true', '"hasChanges": "yes"'),
      /:\d{2,}:\d+: .*: plan\.hasChanges is not valid\./,
    ],
    [
      "with an unknown key",
      (text) => text.replace('"basis": {', '"basis": { "more": 1,'),
      /: basis\.more is not valid\./,
    ],
    [
      "with __proto__",
      (text) => text.replace('"basis": {', '"basis": { "__proto__": {"engine": "x"},'),
      /: basis\.__proto__ is not valid\./,
    ],
    [
      "nested deeply",
      (text) => text.replace('"basis": {', `"basis": { "deep": ${"[".repeat(200_000)}${"]".repeat(200_000)},`),
      /: basis\.deep is not valid\./,
    ],
    [
      "with a foreign hash",
      (text) => text.replace(/"desired": "[0-9a-f]+"/, '"desired": "sha256:1"'),
      /: basis\.services\.0\.desired is not valid\./,
    ],
  ])("%s is reported with its position", async (_what, change, expected) => {
    const message = await messageFor(change);
    expect(message).toContain(PREFIX);
    expect(message).toMatch(expected);
  });

  test("of another salt, or with another planned value, is refused as out of date", async () => {
    await project.run("plan", "--out", "plan.json");
    const text = readFileSync(planFile(), "utf8");
    writeFileSync(
      planFile(),
      text.replace(/"salt": "."/, '"salt": "0').replace(/"salt": "[0-9a-f]{32}"/, `"salt": "${"0".repeat(32)}"`),
    );
    expect(await project.run("up", "plan.json")).toMatchObject({ code: 5 });
    expect(changes()).toEqual([]);
  });

  test("that is huge, a directory, or unreadable, is refused without reading it", async () => {
    await project.run("plan", "--out", "plan.json");
    truncateSync(planFile(), 40 * 1024 * 1024);
    expect((await project.run("up", "plan.json")).err).toContain("it is larger than 32 MiB");
    rmSync(planFile());
    mkdirSync(planFile());
    expect((await project.run("up", "plan.json")).err).toContain("it is not a regular file");
    symlinkSync("/dev/zero", join(project.folder, "zero.json"));
    expect((await project.run("up", "zero.json")).err).toContain("it is not a regular file");
    chmodSync(planFile(), 0o700);
  });
});
