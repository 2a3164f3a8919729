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

describe("logs", () => {
  const processes = {
    web: {
      lines: [
        { stream: "stdout" as const, line: "one" },
        { stream: "stderr" as const, line: "two" },
      ],
    },
    db: { lines: [{ stream: "stdout" as const, line: "three" }] },
  };

  test("prints the lines of all apps, or of one by app or service, and the last lines with --tail", async () => {
    resetMemory({ processes });
    await project.write(two).run("up");
    const all = await project.run("logs");
    expect(all.code).toBe(0);
    expect(all.out.split("\n").sort()).toEqual(["", "db  | three", "web | one", "web | two"]);
    expect((await project.run("logs", "WEB", "--tail", "1")).out).toBe("web | two\n");
    expect((await project.run("logs", "db", "--json")).events[0]).toMatchObject({
      event: "log",
      app: "db",
      line: "three",
    });
  });

  test("suggests the nearest name for an unknown app, and fails for an app that is not deployed", async () => {
    project.write(two);
    expect(await project.run("logs", "wep")).toMatchObject({
      code: 1,
      err: expect.stringContaining("hint: Did you mean web?"),
    });
    expect(await project.run("logs", "web")).toMatchObject({
      code: 1,
      err: expect.stringContaining("error[NOT_FOUND] The app web is not deployed"),
    });
  });

  test("--follow prints new lines until it is interrupted", async () => {
    resetMemory({ processes: { web: { repeats: "tick" } } });
    await project.write(appFile({ web: "" })).run("up");
    const io = captureIo(project.folder);
    io.stdout.onWrite = () => {
      if (io.stdout.text.split("tick").length > 3) io.signals.emit("SIGINT");
    };
    expect((await project.runOnMemory(io, "logs", "--follow")).code).toBe(130);
    expect(io.stdout.text).toContain("web | tick\nweb | tick\n");
  });
});
