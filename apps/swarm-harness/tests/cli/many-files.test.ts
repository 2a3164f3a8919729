import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, Workplace } from "./support/run-ofdeploy.js";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  resetMemory();
});
afterEach(() => place.remove());

const unnamed = (apps: Record<string, string>): string => appFile(apps).replace("name: factory\n", "");

describe("-f with several files", () => {
  beforeEach(() => {
    place.write(unnamed({ web: "depends_on: [db]" }), "plant/app_web.yml");
    place.write(unnamed({ db: "" }), "plant/line1/app_db.yml");
    place.write(unnamed({ ui: "" }), "plant/openfactory.yaml");
  });

  test("makes one project and one plan of a directory, or of repeated -f", async () => {
    const all = await place.run("plan", "-f", "plant", "--json");
    expect(all.events[0]).toMatchObject({
      event: "plan",
      project: "plant",
      apps: [{ app: "web" }, { app: "db" }, { app: "ui" }],
    });
    const two = await place.run(
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
    const up = await place.run("up", "-f", "plant");
    expect(up).toMatchObject({ code: 0, out: expect.stringContaining("plant: 3 running") });
    expect((await place.run("up", "-f", "plant")).out).toContain("plant: 3 unchanged");
    expect((await place.run("ps", "-f", "plant")).out).toMatch(/web [^]*db [^]*ui /);
    expect((await place.run("down", "-f", "plant")).out).toContain("3 removed");
  });

  test("validate counts the files, and lists them in its result", async () => {
    expect((await place.run("validate", "-f", "plant")).out).toBe("3 files valid for memory: 3 apps, project plant\n");
    expect((await place.run("validate", "-f", "plant", "--json")).events.at(-1)).toMatchObject({
      event: "result",
      files: ["app_web.yml", "line1/app_db.yml", "openfactory.yaml"],
      project: "plant",
      apps: [{ app: "web" }, { app: "db" }, { app: "ui" }],
    });
    expect((await place.run("doctor", "-f", "plant")).out).toMatch(
      /^ok +file: 3 files valid: 3 apps, project plant\.$/m,
    );
  });

  test("validate reports the findings of all files, each with its file", async () => {
    place.write(unnamed({ db: "color: red" }), "plant/line1/app_db.yml");
    place.write(unnamed({ ui: "imge: x" }), "plant/openfactory.yaml");
    const { err, code } = await place.run("validate", "-f", "plant");
    expect(code).toBe(3);
    expect(err.match(/^error\[INVALID_FILE\] \S+/gm)).toEqual([
      "error[INVALID_FILE] plant/line1/app_db.yml:5:5:",
      "error[INVALID_FILE] plant/openfactory.yaml:5:5:",
    ]);
  });

  test("fails for a directory without app files, and reads every file that is named", async () => {
    place.write("", "empty/notes.txt");
    expect(await place.run("up", "-f", "empty")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/app_\*\.yml, dev_\*\.yml and openfactory\.yml/),
    });
    expect(await place.run("up", "-f", "plant/app_web.yml", "-f", "none.yml")).toMatchObject({
      code: 3,
      err: expect.stringContaining("none.yml:1:1: there is no such file"),
    });
    expect(await place.run("up", "-f", "")).toMatchObject({
      code: 3,
      err: expect.stringContaining("The value is empty."),
    });
  });
});

describe("-f -", () => {
  test("reads an app file from standard input", async () => {
    const io = captureIo(place.folder, { stdin: appFile({ web: "" }) });
    expect((await place.runOnMemory(io, "up", "-f", "-")).out).toContain("factory: 1 running");
    const valid = await place.runOnMemory(
      captureIo(place.folder, { stdin: appFile({ web: "" }) }),
      "validate",
      "-f",
      "-",
    );
    expect(valid.out).toBe("standard input: valid for memory: 1 app, project factory\n");
  });

  test("is called <stdin> in errors, and is read again if it is invalid", async () => {
    const broken = "name: factory\napps:\n\tweb: 1\n";
    const up = await place.runOnMemory(captureIo(place.folder, { stdin: broken }), "up", "-f", "-");
    expect(up).toMatchObject({ code: 3, err: expect.stringContaining("error[INVALID_FILE] <stdin>:3:1: ") });
    const down = await place.runOnMemory(captureIo(place.folder, { stdin: broken }), "down", "-f", "-");
    expect(down).toMatchObject({
      code: 0,
      out: "factory: nothing to remove\n",
      err: expect.stringContaining("warning[INVALID_FILE] <stdin>:3:1"),
    });
  });
});

describe("without -f", () => {
  test("the error for a directory with app_* files suggests -f .", async () => {
    place.write(unnamed({ web: "" }), "app_web.yml").write(unnamed({ db: "" }), "dev_db.yaml");
    const ran = await place.run("up");
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringContaining(
        "There is app_web.yml, dev_db.yaml: pass -f . to deploy all app_* and dev_* files, or -f app_web.yml for a single file.",
      ),
    });
    expect((await place.run("validate", "-f", ".")).out).toContain("2 files valid");
  });

  test("-p sets the project name of the file, or names a deployed project without a file", async () => {
    place.write(appFile({ web: "" }));
    expect((await place.run("up", "-p", "mine")).out).toContain("mine: 1 running");
    const elsewhere = new Workplace();
    expect((await elsewhere.run("-p", "mine", "ps")).out).toMatch(/web +web +running/);
    expect(await elsewhere.run("-p", "mine", "up")).toMatchObject({
      code: 3,
      err: expect.stringContaining("There is no openfactory.yml"),
    });
    expect((await elsewhere.run("-p", "mine", "down", "--yes")).out).toContain("1 removed");
    elsewhere.remove();
  });

  test("-p rejects an invalid project name", async () => {
    place.write(appFile({ web: "" }));
    expect(await place.run("up", "-p", "My Shop")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/error\[INVALID_REQUEST\] "My Shop" is not a project name.[^]*myshop/),
    });
  });
});
