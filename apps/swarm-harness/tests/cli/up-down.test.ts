import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const two = appFile({ web: "depends_on: [db]", db: "" });

describe("up, ps, down", () => {
  test("deploy, list, leave unchanged and remove the apps of a file", async () => {
    project.write(two);
    const up = await project.run("up");
    expect(up.err).not.toContain("error");
    expect(up.code).toBe(0);
    expect(up.out).toMatch(/web +running +1\/1/);
    expect(up.out).toContain("factory: 2 running in");
    expect(up.err).toContain("db: deploying");

    expect((await project.run("ps")).out).toMatch(/APP +SERVICE +STATE[^]*db +db +running +1\/1 +demo:1/);
    expect((await project.run("up")).out).toContain("factory: 2 unchanged");
    const down = await project.run("down");
    expect(down).toMatchObject({ code: 0 });
    expect(down.out).toContain("factory: 2 removed");
    expect((await project.run("down")).out).toBe("factory: nothing to remove\n");
    expect((await project.run("ps")).out).toMatch(/web +web +not deployed/);
  });

  test("--json prints one object per line on stdout, the result last, and nothing on stderr", async () => {
    project.write(two);
    const { events, err, code } = await project.run("up", "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({
      event: "plan",
      project: "factory",
      apps: [{ app: "web", action: "create" }, { app: "db" }],
    });
    expect(
      events
        .filter(({ event }) => event === "verdict")
        .map(({ app, outcome }) => `${String(app)} ${String(outcome)}`)
        .sort(),
    ).toEqual(["db running", "web running"]);
    expect(events.at(-1)).toMatchObject({ event: "result", command: "up", ok: true, exitCode: 0, outcome: "ok" });
    expect((await project.run("ps", "--json")).events).toMatchObject([
      { event: "app", app: "web", relation: "current", status: { state: "running" } },
      { event: "app", app: "db" },
      { event: "result", ok: true },
    ]);
    expect((await project.run("down", "--json")).events.at(-1)).toMatchObject({
      event: "result",
      command: "down",
      ok: true,
    });
  });

  test("up reverts all apps if one fails, and prints its error, exit code, log lines and hint", async () => {
    const memory = resetMemory({
      processes: { db: { exitCode: 3, lines: [{ stream: "stderr", line: "no \u001b[2Jdisk" }] } },
    });
    project.write(appFile({ web: "depends_on: {db: {condition: service_healthy}}", db: "restart: 'no'", ui: "" }));
    const up = await project.run("up");
    expect(up.code).toBe(1);
    expect(up.out).toMatch(/db +failed[^]*web|web +skipped[^]*db/);
    expect(up.out).toContain("db failed");
    expect(up.err).toContain("error[TASK_FAILED] ");
    expect(up.err).toContain("exit code 3");
    expect(up.err).toContain("  | no [2Jdisk");
    expect(up.err).toContain("  hint: ");
    expect(await memory.list()).toEqual([]);
    const kept = await project.run("up", "--no-rollback");
    expect(kept.code).toBe(1);
    expect((await memory.list()).map(({ name }) => name)).toEqual(["db", "ui"]);
  });

  test("up exits with the code of the error", async () => {
    project.write(appFile({ web: "" }));
    const codes = {
      CONFLICT: 5,
      ENGINE_UNREACHABLE: 4,
      NOT_A_SWARM_MANAGER: 4,
      TIMEOUT: 6,
      IMAGE_NOT_FOUND: 1,
      UNSUPPORTED: 3,
    } as const;
    for (const [code, exitCode] of Object.entries(codes) as [keyof typeof codes, number][]) {
      resetMemory({ failOn: { web: new DeploymentError(code, "It went wrong.", { hint: "Do better." }) } });
      expect(await project.run("up"), code).toMatchObject({
        code: exitCode,
        err: expect.stringContaining(`error[${code}] openfactory.yml:3:3: It went wrong.\n`),
      });
      expect((await project.run("up", "--json")).events.at(-1), code).toMatchObject({ ok: false, exitCode });
    }
  });

  test("up fails with file and line for a service of another owner, and updates a changed app", async () => {
    const memory = resetMemory();
    await memory.deploy({ image: "x:1", name: "db" });
    project.write(two);
    const first = await project.run("up");
    expect(first.code).toBe(5);
    expect(first.err).toContain("error[CONFLICT] openfactory.yml:7:3: db: a service named db already exists");
    expect((await project.run("down")).out).toContain("db: kept: belongs to no ofdeploy project\n");
    await memory.remove("db");
    await project.run("up");
    project.write(two.replace("demo:1", "demo:2"));
    const second = await project.run("up");
    expect(second.code).toBe(0);
    expect(second.out).toMatch(/updated/);
    expect((await memory.list()).map(({ image }) => image)).toEqual(["demo:1", "demo:2"]);
  });

  test("down and ps accept a project name without a file", async () => {
    const elsewhere = new TestProject();
    await project.write(two).run("up");
    expect((await elsewhere.run("ps", "--project", "factory")).out).toMatch(/db +db +running/);
    expect((await elsewhere.run("down", "--project", "factory", "--yes")).out).toContain("2 removed");
    elsewhere.remove();
  });
});

describe("interruption", () => {
  const slow = { processes: { web: { health: "starting" as const } } };
  const withCheck = appFile({ web: "healthcheck: {test: 'true'}", db: "" });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`${signal} reverts the run`, async () => {
      const memory = resetMemory(slow);
      const io = captureIo(project.write(withCheck).folder);
      io.stderr.onWrite = (text) => {
        if (text.startsWith("web: waiting")) setImmediate(() => io.signals.emit(signal));
      };
      const ran = await project.runOnMemory(io, "up");
      expect(ran.code).toBe(exitCode);
      expect(ran.err).toContain("Interrupted: reverting the changes of this run. Press Ctrl-C again to force quit.");
      expect(ran.out).toContain("interrupted");
      expect(await memory.list()).toEqual([]);
      expect(io.exits).toEqual([]);
      expect(io.signals.listenerCount(signal)).toBe(0);
    });
  }

  test("apps that were not started are skipped because of the signal", async () => {
    resetMemory(slow);
    const io = captureIo(
      project.write(
        appFile({ web: "healthcheck: {test: 'true'}", ui: "depends_on: {web: {condition: service_healthy}}" }),
      ).folder,
    );
    io.stderr.onWrite = (text) => {
      if (text.startsWith("web: waiting")) setImmediate(() => io.signals.emit("SIGINT"));
    };
    const ran = await project.runOnMemory(io, "up");
    expect(ran.out).toMatch(/ui +skipped .*interrupted/);
    expect(ran.err).toContain("ui: skipped\n");
    expect(ran.out + ran.err).not.toContain("web failed");
  });

  test("a second signal ends the process at once", async () => {
    resetMemory(slow);
    const io = captureIo(project.write(withCheck).folder);
    io.stderr.onWrite = (text) => {
      if (text.startsWith("web: waiting")) setImmediate(() => [1, 2].forEach(() => io.signals.emit("SIGINT")));
    };
    await project.runOnMemory(io, "up");
    expect(io.exits).toEqual([130]);
  });
});

describe("on a terminal", () => {
  test("errors are colored unless NO_COLOR is set, and results are on stdout", async () => {
    project.write(two);
    const io = captureIo(project.folder, { isTTY: true });
    const ran = await project.runOnMemory(io, "up");
    expect(ran.code).toBe(0);
    expect(io.stdout.text).toContain("factory: 2 running");
    const failing = captureIo(project.folder, { isTTY: true });
    expect((await project.runOnMemory(failing, "logs", "nope")).err).toContain("\u001b[31m");
    const plain = captureIo(project.folder, { isTTY: true, env: { NO_COLOR: "1" } });
    expect((await project.runOnMemory(plain, "logs", "nope")).err).not.toContain("\u001b[");
  });
});
