import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, type CapturedIo, type CommandResult, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
let memory: ReturnType<typeof resetMemory>;
beforeEach(async () => {
  project = new TestProject().write(appFile({ web: "", db: "" }));
  memory = resetMemory();
  await project.run("up");
});
afterEach(() => project.remove());

/** A step of a test: it runs once the text of stdout and stderr contains `after`, counted from the previous step. */
type Step = readonly [after: string | RegExp, action: (io: CapturedIo) => unknown];

const interrupt = (io: CapturedIo): unknown => io.signals.emit("SIGINT");

/** Runs `ps --watch` and the steps. The last step has to end the command. */
async function watch(
  steps: readonly Step[],
  { args = [] as string[], interval = "5ms", isTTY = false } = {},
): Promise<CommandResult> {
  const io = captureIo(project.folder, { isTTY, columns: 100 });
  const left = [...steps];
  let text = "";
  const onWrite = (added: string): void => {
    text += added;
    const [after, action] = left[0] ?? [];
    if (after === undefined || text.search(after) < 0) return;
    text = "";
    left.shift();
    setImmediate(() => void action?.(io));
  };
  io.stdout.onWrite = onWrite;
  io.stderr.onWrite = onWrite;
  const result = await project.runOnMemory(io, "ps", "--watch", "--interval", interval, ...args);
  expect(left).toEqual([]);
  return result;
}

/** Makes listings fail until the returned function is called. */
function breakEngine(error = new DeploymentError("ENGINE_UNREACHABLE", "Could not reach the engine.")): () => void {
  const { list } = memory;
  memory.list = async () => {
    throw error;
  };
  return () => (memory.list = list);
}

describe("ps --watch in a pipe", () => {
  test("prints the table and its time, and again only when something has changed; Ctrl-C ends it with 130", async () => {
    const { out, code } = await watch([
      [/db +db +running/, () => setTimeout(() => void memory.remove("db"), 60)],
      ["not deployed", interrupt],
    ]);
    expect(code).toBe(130);
    expect(out.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z\nAPP/gm)).toHaveLength(2);
    expect(out).toMatch(/db +db +not deployed/);
  });

  test("reports an engine that does not answer once, continues, and reports that it answers again", async () => {
    let repair = (): void => {};
    const { out, err, code } = await watch([
      [/running/, () => (repair = breakEngine())],
      ["ENGINE_UNREACHABLE", () => setTimeout(repair, 60)],
      ["answers again", interrupt],
    ]);
    expect(code).toBe(130);
    expect(err).toBe(
      "warning[ENGINE_UNREACHABLE] Could not reach the engine. Retrying every 0.0 s.\nThe engine answers again.\n",
    );
    expect(out.match(/^APP/gm)).toHaveLength(1);
  });

  test("ends with an error that waiting does not resolve, and with one of the first listing", async () => {
    const denied = await watch([[/running/, () => breakEngine(new DeploymentError("UNAUTHORIZED", "Not allowed."))]]);
    expect(denied).toMatchObject({ code: 4, err: expect.stringContaining("error[UNAUTHORIZED] Not allowed.") });
    expect(await watch([])).toMatchObject({ code: 4, out: "" });
  });

  test("SIGTERM ends it with 143", async () => {
    expect((await watch([["running", (io) => io.signals.emit("SIGTERM")]])).code).toBe(143);
  });
});

describe("ps --watch --json", () => {
  test("prints an object for each app, then one for each change, and the result", async () => {
    const { events, code } = await watch(
      [
        ['"db"', () => memory.remove("db")],
        ["absent", interrupt],
      ],
      { args: ["--json"] },
    );
    expect(code).toBe(130);
    expect(events).toMatchObject([
      { event: "app", app: "web", relation: "current" },
      { event: "app", app: "db", relation: "current" },
      { event: "app", app: "db", relation: "absent" },
      { event: "result", command: "ps", ok: false, exitCode: 130 },
    ]);
  });

  test("prints a warning for an engine that does not answer, and all apps once it answers", async () => {
    let repair = (): void => {};
    const { events } = await watch(
      [
        ['"db"', () => (repair = breakEngine())],
        ["warning", () => repair()],
        ['"db"', interrupt],
      ],
      { args: ["--json"] },
    );
    expect(events.map(({ event }) => event)).toEqual(["app", "app", "warning", "app", "app", "result"]);
  });
});

describe("ps --watch on a terminal", () => {
  const terminal = { isTTY: true };
  const [open, close] = ["\u001b[?1049h\u001b[?25l", "\u001b[?25h\u001b[?1049l"];

  test("draws in the alternate screen, follows changes, restores the screen at Ctrl-C, and prints the last table", async () => {
    const { out, code } = await watch(
      [
        [/db +db +running/, () => memory.remove("db")],
        ["not deployed", interrupt],
      ],
      terminal,
    );
    expect(code).toBe(130);
    expect(out.startsWith(open)).toBe(true);
    expect(out.split(open)).toHaveLength(2);
    const [screen = "", after = ""] = out.split(close);
    expect(screen).toContain("factory on memory, ");
    expect(after).toMatch(/^APP[^]*db +db +not deployed[^\n]*\n$/);
    expect(after).not.toContain("\u001b");
  });

  test("keeps the last table below the warning while the engine does not answer", async () => {
    const { out, err } = await watch(
      [
        ["running", () => breakEngine()],
        ["ENGINE_UNREACHABLE", interrupt],
      ],
      terminal,
    );
    expect(err).toBe("");
    expect(out.split("ENGINE_UNREACHABLE").at(-1)).toMatch(/web +web +running/);
  });

  test("draws again when the window changes its size", async () => {
    const { out } = await watch(
      [
        ["running", (io) => io.signals.emit("SIGWINCH")],
        ["running", interrupt],
      ],
      { ...terminal, interval: "1h" },
    );
    expect(out.split("\u001b[H")).toHaveLength(3);
  });

  test("with more apps than rows, shows the apps that do not run first, and counts the others", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `app-${index}`);
    await project.write(appFile(Object.fromEntries(names.map((name) => [name, ""])))).run("up", "--prune");
    await memory.remove("app-39");
    const { out } = await watch([["more of", interrupt]], terminal);
    const [screen = ""] = out.split(close);
    expect(screen.split("\r\n")).toHaveLength(24);
    expect(screen).toMatch(/STATE[^\r]*\r\napp-39 +app-39 +not deployed/);
    expect(screen).toContain("20 more of 40 apps");
  });
});

test("--interval requires --watch, and --quiet can't be combined with it", async () => {
  const interval = await project.run("ps", "--interval", "5s");
  expect(interval).toMatchObject({ code: 3, err: expect.stringContaining("--interval requires --watch.") });
  const quiet = await project.run("ps", "--watch", "-q");
  expect(quiet).toMatchObject({ code: 3, err: expect.stringContaining("--watch can't be combined with --quiet.") });
});
