import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
let memory: ReturnType<typeof resetMemory>;
beforeEach(async () => {
  project = new TestProject().write(appFile({ web: "depends_on: [db]", db: "" }));
  memory = resetMemory();
  await project.run("up");
});
afterEach(() => project.remove());

describe("stop and start", () => {
  test("stop ends dependents first, ps and plan show it, and up starts the app again", async () => {
    memory.calls.length = 0;
    expect(await project.run("stop")).toMatchObject({ code: 0, out: expect.stringContaining("factory: 2 stopped in") });
    expect(memory.calls.filter((call) => call.startsWith("stop "))).toEqual([
      expect.stringMatching(/web$/),
      expect.stringMatching(/db$/),
    ]);
    expect((await project.run("ps")).out).toMatch(/web .*stopped[^\n]*0\/1/);
    const planned = await project.run("plan");
    expect(planned.code, planned.out).toBe(2);
    expect(planned.out.match(/not running: stopped/gi) ?? [planned.out]).toHaveLength(2);
    expect(await project.run("up")).toMatchObject({ code: 0 });
    expect(await project.run("plan")).toMatchObject({ code: 0 });
  });

  test("start runs dependencies first, and leaves running apps unchanged", async () => {
    await project.run("stop");
    memory.calls.length = 0;
    expect((await project.run("start")).out).toContain("factory: 2 running in");
    expect(memory.calls.filter((call) => call.startsWith("start "))).toEqual([
      expect.stringMatching(/db$/),
      expect.stringMatching(/web$/),
    ]);
    expect((await project.run("start", "web")).out).toContain("factory: 1 unchanged in");
    expect(await project.run("plan")).toMatchObject({ code: 0 });
  });

  test("stop skips what a failed app depends on, and exits with the code of the error", async () => {
    const { code, out, err } = await (async () => {
      memory.intercept = (call) => {
        if (/^stop .*web$/.test(call)) throw new Error("lost");
      };
      return project.run("stop", "--json");
    })();
    expect(code).toBe(1);
    expect(out + err).toContain("lost");
    expect(out).toMatch(/"app":"db"[^\n]*"outcome":"skipped"/);
  });

  test("the names of apps are checked, and services of other projects are not changed", async () => {
    expect(await project.run("stop", "wep")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean web?"),
    });
    const other = new TestProject().write(appFile({ web: "" }, "other"));
    expect(await other.run("restart")).toMatchObject({ code: 0, out: "other: nothing to restart\n" });
    other.remove();
  });
});

describe("restart", () => {
  test("restarts the named app only, and leaves the plan empty", async () => {
    const { events, code } = await project.run("restart", "web", "--json");
    expect(code).toBe(0);
    expect(events.filter(({ event }) => event === "process")).toMatchObject([{ app: "web", outcome: "running" }]);
    expect(events.at(-1)).toMatchObject({ event: "result", command: "restart", apps: [{ app: "web" }] });
    expect(await project.run("plan")).toMatchObject({ code: 0 });
  });
});

describe("exec", () => {
  test("passes all words, input, output and the exit code on unchanged", async () => {
    expect(await project.run("exec", "web", "print-and-exit", "42", "-l", "--all", "err:lost")).toMatchObject({
      code: 42,
      out: "-l\n--all\n",
      err: "lost\n",
    });
    const io = captureIo(project.folder, { stdin: "line\n" });
    expect(await project.runOnMemory(io, "exec", "-T", "web", "copy-input", "3")).toMatchObject({
      code: 3,
      out: "line\n",
    });
    expect(await project.run("exec", "-e", "A=b=c", "web", "print-variable", "A")).toMatchObject({ out: "b=c\n" });
    expect(await project.run("exec", "web", "missing")).toMatchObject({ code: 127 });
  });

  test("own failures print an error with its code, and no value of --env", async () => {
    expect(await project.run("exec", "web")).toMatchObject({ code: 3, err: expect.stringContaining("error[") });
    expect(await project.run("exec", "--index", "2", "web", "exit", "0")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND]"),
    });
    const { code, err } = await project.run("exec", "-e", "s3cr3t", "web", "exit", "0");
    expect(code).toBe(3);
    expect(err).not.toContain("s3cr3t");
    await project.run("stop", "web");
    expect(await project.run("exec", "web", "exit", "0")).toMatchObject({
      code: 5,
      err: expect.stringContaining("`ofdeploy start`"),
    });
  });
});
