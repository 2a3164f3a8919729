import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const before = appFile({ web: "environment: [TOKEN=hunter2, LEVEL=info]\ndepends_on: [db]", db: "" });
const after = before.replace("image: demo:1", "image: demo:2").replace("hunter2", "hunter3");

describe("plan", () => {
  test("prints the apps to create, changes nothing, and exits with 2; exits with 0 once they are deployed", async () => {
    const memory = resetMemory();
    const first = await project.write(before).run("plan");
    expect(first).toMatchObject({ code: 2, err: "" });
    expect(first.out).toBe(
      "factory on memory:\n  + web (openfactory.yml:3)\n  + db (openfactory.yml:8)\n\nfactory: 2 to create\n",
    );
    expect(await memory.list()).toEqual([]);
    await project.run("up");
    expect(await project.run("plan")).toMatchObject({ code: 0, out: "factory: nothing to do; 2 unchanged\n" });
    expect((await project.run("plan", "--verbose")).out).toContain(
      "  = web (openfactory.yml:3)\n  = db (openfactory.yml:8)\n",
    );
  });

  test("lists apps that are no longer in the file, and removes them with --prune", async () => {
    await project.write(before).run("up");
    project.write(appFile({ db: "" }));
    const kept = await project.run("plan");
    expect(kept).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("  ? web: not in the file; `ofdeploy up --prune` removes it\n"),
    });
    const pruned = await project.run("plan", "--prune");
    expect(pruned).toMatchObject({ code: 2, out: expect.stringContaining("  - web: not in the file\n") });
    expect(pruned.out).toContain("factory: 1 to remove; 1 unchanged");
  });

  test("exits with 5 for a conflict, in text and in JSON, unless --adopt is given", async () => {
    const memory = resetMemory();
    await memory.deploy({ image: "demo:1", name: "db" });
    const refused = await project.write(before).run("plan");
    expect(refused.code).toBe(5);
    expect(refused.out).toMatch(/^ {2}! db \(openfactory.yml:8\): conflict: /m);
    expect((await project.run("plan", "--json")).events).toMatchObject([
      { event: "plan", apps: [{ action: "create" }, { action: "conflict" }] },
      { event: "result", ok: false, exitCode: 5, error: { code: "CONFLICT" } },
    ]);
    const adopted = await project.run("plan", "--adopt", "DB");
    expect(adopted).toMatchObject({ code: 2, out: expect.stringMatching(/^ {2}~ db .*: adopted/m) });
    expect(await project.run("plan", "--adopt", "dbb")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean db?"),
    });
  });

  test("--json prints the plan and the result", async () => {
    const { events, code, err } = await project.write(before).run("plan", "--json");
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(events).toMatchObject([
      {
        event: "plan",
        project: "factory",
        platform: "memory",
        hasChanges: true,
        apps: [{ app: "web", action: "create" }, { app: "db" }],
      },
      { event: "result", command: "plan", ok: true, exitCode: 2, hasChanges: true },
    ]);
  });

  test("warns of unsupported fields, and fails with --strict", async () => {
    project.write(appFile({ web: "secrets: [key]" }));
    expect((await project.run("plan")).err).toContain("warning[FIELD_NOT_SUPPORTED] web: secrets: ");
    expect(await project.run("plan", "--strict")).toMatchObject({
      code: 3,
      err: expect.stringContaining("error[UNSUPPORTED] "),
    });
  });

  test("prints the same as up --dry-run", async () => {
    const memory = resetMemory();
    const plan = await project.write(before).run("plan", "--prune");
    const dry = await project.run("up", "--dry-run", "--prune");
    expect(dry).toMatchObject({ code: 2, out: plan.out, err: plan.err });
    expect(await memory.list()).toEqual([]);
  });

  test("hides the values of variables, unless --show-env is given", async () => {
    await project.write(before).run("up");
    project.write(after);
    const hidden = [
      await project.run("plan"),
      await project.run("plan", "--json"),
      await project.run("up", "--dry-run"),
    ];
    for (const { code, out, err } of hidden) {
      expect(code).toBe(2);
      expect(out + err).not.toMatch(/hunter/);
    }
    expect(hidden[0]?.out).toContain(
      "      :6  environment.TOKEN  (hidden) => (hidden)\n      :5  image              demo:1 => demo:2\n",
    );
    expect((await project.run("plan", "--show-env")).out).toContain("environment.TOKEN  hunter2 => hunter3");
  });

  test("is colored on a terminal only", async () => {
    const io = captureIo(project.write(before).folder, { isTTY: true });
    expect((await project.runOnMemory(io, "plan")).out).toContain("\u001b[32m+ web\u001b[39m");
    const plain = captureIo(project.folder, { isTTY: true, env: { NO_COLOR: "1" } });
    expect((await project.runOnMemory(plain, "plan")).out).not.toContain("\u001b[");
  });
});

describe("up", () => {
  test("updates changed apps, and removes apps that are no longer in the file with --prune", async () => {
    const memory = resetMemory();
    await project.write(before).run("up");
    project.write(after.replace(/ {2}db:[^]*/, "").replace("    depends_on: [db]\n", ""));
    const kept = await project.run("up");
    expect(kept).toMatchObject({ code: 0, out: expect.stringMatching(/web +updated/) });
    expect(kept.err).toContain("warning[ORPHAN] ");
    expect((await memory.list()).map(({ name, image }) => `${name} ${image}`)).toEqual(["db demo:1", "web demo:2"]);
    const pruned = await project.run("up", "--prune");
    expect(pruned).toMatchObject({
      code: 0,
      out: expect.stringContaining("db: removed (not in the file)\n"),
    });
    expect((await memory.list()).map(({ name }) => name)).toEqual(["web"]);
  });

  test("reverts the run if an update fails, and prints each step and the current versions", async () => {
    const memory = resetMemory();
    const three = (image: string, more: string) =>
      appFile({ web: `depends_on: [db]\n${more}`, db: "" }).replaceAll("demo:1", image);
    await project.write(three("demo:1", "")).run("up");
    project.write(three("demo:2", "command: exit 3"));
    const failed = await project.run("up");
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("error[TASK_FAILED] ");
    expect(failed.out).toMatch(/db +reverted +previous version/);
    expect(failed.out).toMatch(/^reverting this run:\n( {2}.*\n)+/m);
    expect(failed.out).toContain("factory now: 2 previous version\n");
    expect((await memory.list()).map(({ image }) => image)).toEqual(["demo:1", "demo:1"]);
  });

  test("lists services with their settings only with --refresh", async () => {
    const memory = resetMemory();
    const asked: unknown[] = [];
    const list = memory.list.bind(memory);
    memory.list = (options) => {
      asked.push(options?.settings);
      return list(options);
    };
    await project.write(before).run("up");
    await project.run("up", "--refresh");
    // The first run lists twice: before its lock, and while it holds the lock.
    expect(asked.map(Boolean)).toEqual([false, false, true]);
  });

  test("adopts only the services of --adopt", async () => {
    const memory = resetMemory();
    await memory.deploy({ image: "demo:1", name: "db" });
    await memory.deploy({ image: "demo:1", name: "web" });
    project.write(before);
    expect(await project.run("up", "--adopt", "db")).toMatchObject({
      code: 5,
      err: expect.stringContaining("error[CONFLICT] openfactory.yml:3:3: web: "),
    });
    expect(await project.run("up", "--adopt", "db", "--adopt", "web")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/db +adopted/),
    });
  });
});

describe("adopt", () => {
  test("adopts the named apps only, and does nothing the second time", async () => {
    const memory = resetMemory();
    await memory.deploy({ image: "demo:1", name: "db" });
    await memory.deploy({ image: "demo:1", name: "web" });
    project.write(before);
    const first = await project.run("adopt", "db");
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/db +adopted/);
    expect(first.out).not.toContain("web");
    expect((await project.run("ps")).out).toMatch(/web +web +running \(not managed\)[^]*db +db +running +1/);
    const second = await project.run("adopt", "db", "--json");
    expect(second.events.at(-1)).toMatchObject({ event: "result", command: "adopt", ok: true, apps: [] });
    expect(await project.run("adopt", "db")).toMatchObject({ code: 0, out: "factory: nothing to adopt\n", err: "" });
    const { events, code } = await project.run("adopt", "web", "--json");
    expect(code).toBe(0);
    expect(events.find(({ event }) => event === "plan")).toMatchObject({
      orphans: [],
      warnings: [],
      apps: [{ app: "web", action: "adopt" }],
    });
    expect(events.at(-1)).toMatchObject({ warnings: [], apps: [{ outcome: "adopted" }] });
    expect(events.map(({ event }) => event)).not.toContain("warning");
  });

  test("fails for an app without a service, and for an app that is not in the file", async () => {
    project.write(before);
    expect(await project.run("adopt", "web")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND] The app web can't be adopted: there is no service web."),
    });
    expect(await project.run("adopt", "wep")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean web?"),
    });
    expect(await project.run("adopt")).toMatchObject({ code: 3, err: expect.stringContaining("error[USAGE] ") });
  });
});
