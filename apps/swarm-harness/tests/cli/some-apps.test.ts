import { join } from "node:path";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

const FILE = appFile({ db: "", web: "depends_on: [db]", other: "" });
let project: TestProject;
let memory: MemoryDeploymentStrategy;
beforeEach(() => {
  project = new TestProject().write(FILE);
  memory = resetMemory();
});
afterEach(() => project.remove());

const services = (): string[] => [...memory.engine.services.keys()].sort();

describe("commands with names of apps", () => {
  test("up and plan act on the named apps and what they depend on, and on the named apps only with --no-deps", async () => {
    const planned = await project.run("plan", "web", "--json");
    expect(planned.events[0]).toMatchObject({ apps: [{ app: "db" }, { app: "web" }] });
    expect(await project.run("up", "web")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^APP.*\ndb .*\nweb .*\nfactory: 2 running/),
    });
    expect(services()).toEqual(["db", "web"]);
    await project.run("down");
    expect(await project.run("up", "web", "--no-deps")).toMatchObject({ code: 0 });
    expect(services()).toEqual(["web"]);
  });

  test("plan of one app reports neither orphans nor other apps", async () => {
    await project.run("up");
    project.write(appFile({ db: "" }));
    expect(await project.run("plan", "db")).toMatchObject({
      code: 0,
      err: "",
      out: expect.not.stringContaining("web"),
    });
    expect((await project.run("plan")).out).toContain("? web: not in the file");
  });

  test("--prune with names is an error, and so is down --all", async () => {
    for (const line of ["up web --prune", "plan web --prune", "up web --prune --dry-run", "down web --all"])
      expect(await project.run(...line.split(" ")), line).toMatchObject({
        code: 3,
        err: expect.stringContaining("can't be combined with names of apps"),
      });
    expect(services()).toEqual([]);
  });

  test("down removes the named app, and warns of an app that depends on it", async () => {
    await project.run("up");
    expect(await project.run("down", "db", "--dry-run")).toMatchObject({
      code: 2,
      out: expect.stringMatching(/- service db[^]*1 to remove\n/),
      err: expect.stringContaining("warning[DEPENDENTS_RUN] App web depends on db and still runs."),
    });
    expect(await project.run("down", "db")).toMatchObject({
      code: 0,
      out: expect.stringContaining("db: removed\n"),
      err: expect.stringContaining("`ofdeploy down web` removes it."),
    });
    expect(services()).toEqual(["other", "web"]);
  });

  test("down with a project name and without files removes the named app without confirmation", async () => {
    await project.run("up");
    project.write("", "empty/.keep");
    const elsewhere = captureIo(join(project.folder, "empty"));
    expect(await project.runOnMemory(elsewhere, "down", "web", "-p", "factory")).toMatchObject({ code: 0 });
    expect(services()).toEqual(["db", "other"]);
  });

  test("ps lists the named apps, also one that is not in the file", async () => {
    await project.run("up");
    project.write(appFile({ db: "" }));
    const { out } = await project.run("ps", "web", "db");
    expect(out).toMatch(/^APP.*\nweb .*not in the file.*\ndb .*running.*\n$/);
  });

  test.each(["up", "plan", "down", "ps", "logs"])("%s of an unknown name names the nearest app", async (command) => {
    await project.run("up", "db");
    const before = services();
    const ran = await project.run(command, "webb");
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toMatch(/error\[NOT_FOUND\] There is no app webb .*\n {2}hint: Did you mean web\?/);
    expect(services()).toEqual(before);
  });
});
