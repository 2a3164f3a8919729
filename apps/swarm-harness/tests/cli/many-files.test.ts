import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const unnamed = (apps: Record<string, string>): string => appFile(apps).replace("name: factory\n", "");

describe("-f with several files", () => {
  beforeEach(() => {
    project.write(unnamed({ web: "depends_on: [db]" }), "plant/app_web.yml");
    project.write(unnamed({ db: "" }), "plant/line1/app_db.yml");
    project.write(unnamed({ ui: "" }), "plant/openfactory.yaml");
  });

  test("makes one project and one plan of a directory, or of repeated -f", async () => {
    const all = await project.run("plan", "-f", "plant", "--json");
    expect(all.events[0]).toMatchObject({
      event: "plan",
      project: "plant",
      apps: [{ app: "web" }, { app: "db" }, { app: "ui" }],
    });
    const two = await project.run(
      "plan",
      "-f",
      "plant/line1/app_db.yml",
      "-f",
      "plant/app_web.yml",
      "-p",
      "mine",
      "--json",
    );
    expect(two.events[0]).toMatchObject({ event: "plan", project: "mine", apps: [{ app: "db" }, { app: "web" }] });
    const up = await project.run("up", "-f", "plant");
    expect(up).toMatchObject({ code: 0, out: expect.stringContaining("plant: 3 running") });
    expect((await project.run("up", "-f", "plant")).out).toContain("plant: 3 unchanged");
    expect((await project.run("ps", "-f", "plant")).out).toMatch(/web [^]*db [^]*ui /);
    expect((await project.run("down", "-f", "plant")).out).toContain("3 removed");
  });

  test("validate counts the files, and lists them in its result", async () => {
    expect((await project.run("validate", "-f", "plant")).out).toBe(
      "3 files valid for memory: 3 apps, project plant\n",
    );
    expect((await project.run("validate", "-f", "plant", "--json")).events.at(-1)).toMatchObject({
      event: "result",
      files: ["app_web.yml", "line1/app_db.yml", "openfactory.yaml"],
      project: "plant",
      apps: [{ app: "web" }, { app: "db" }, { app: "ui" }],
    });
    expect((await project.run("doctor", "-f", "plant")).out).toMatch(
      /^ok +file: 3 files valid: 3 apps, project plant\.$/m,
    );
  });

  test("validate reports the findings of all files, each with its file", async () => {
    project.write(unnamed({ db: "color: red" }), "plant/line1/app_db.yml");
    project.write(unnamed({ ui: "imge: x" }), "plant/openfactory.yaml");
    const { err, code } = await project.run("validate", "-f", "plant");
    expect(code).toBe(3);
    expect(err.match(/^error\[INVALID_FILE\] \S+/gm)).toEqual([
      "error[INVALID_FILE] plant/line1/app_db.yml:5:5:",
      "error[INVALID_FILE] plant/openfactory.yaml:5:5:",
    ]);
  });

  test("fails for a directory without app files, and reads every file that is named", async () => {
    project.write("", "empty/notes.txt");
    expect(await project.run("up", "-f", "empty")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/app_\*\.yml, dev_\*\.yml and openfactory\.yml/),
    });
    expect(await project.run("up", "-f", "plant/app_web.yml", "-f", "none.yml")).toMatchObject({
      code: 3,
      err: expect.stringContaining("none.yml:1:1: no such file"),
    });
    expect(await project.run("up", "-f", "")).toMatchObject({
      code: 3,
      err: expect.stringContaining("The value is empty."),
    });
  });
});

describe("-f -", () => {
  test("reads an app file from standard input", async () => {
    const io = captureIo(project.folder, { stdin: appFile({ web: "" }) });
    expect((await project.runOnMemory(io, "up", "-f", "-")).out).toContain("factory: 1 running");
    const valid = await project.runOnMemory(
      captureIo(project.folder, { stdin: appFile({ web: "" }) }),
      "validate",
      "-f",
      "-",
    );
    expect(valid.out).toBe("standard input: valid for memory: 1 app, project factory\n");
  });

  test("is called <stdin> in errors, and is read again if it is invalid", async () => {
    const broken = "name: factory\napps:\n\tweb: 1\n";
    const up = await project.runOnMemory(captureIo(project.folder, { stdin: broken }), "up", "-f", "-");
    expect(up).toMatchObject({ code: 3, err: expect.stringContaining("error[INVALID_FILE] <stdin>:3:1: ") });
    const down = await project.runOnMemory(captureIo(project.folder, { stdin: broken }), "down", "-f", "-");
    expect(down).toMatchObject({
      code: 0,
      out: "factory: nothing to remove\n",
      err: expect.stringContaining("warning[INVALID_FILE] <stdin>:3:1"),
    });
  });
});

describe("without -f", () => {
  test("the error for a directory with app_* files suggests -f .", async () => {
    project.write(unnamed({ web: "" }), "app_web.yml").write(unnamed({ db: "" }), "dev_db.yaml");
    const ran = await project.run("up");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "Found app_web.yml, dev_db.yaml: pass -f . to deploy all app_* and dev_* files, or -f app_web.yml for a single file.",
      ),
    });
    expect((await project.run("validate", "-f", ".")).out).toContain("2 files valid");
  });

  test("-p sets the project name of the file, or names a deployed project without a file", async () => {
    project.write(appFile({ web: "" }));
    expect((await project.run("up", "-p", "mine")).out).toContain("mine: 1 running");
    const elsewhere = new TestProject();
    expect((await elsewhere.run("-p", "mine", "ps")).out).toMatch(/web +web +running/);
    expect(await elsewhere.run("-p", "mine", "up")).toMatchObject({
      code: 3,
      err: expect.stringContaining("There is no openfactory.yml"),
    });
    expect((await elsewhere.run("-p", "mine", "down", "--yes")).out).toContain("1 removed");
    elsewhere.remove();
  });

  test("-p rejects an invalid project name", async () => {
    project.write(appFile({ web: "" }));
    expect(await project.run("up", "-p", "My Shop")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/error\[INVALID_REQUEST\] Invalid project name "My Shop".[^]*myshop/),
    });
  });
});
