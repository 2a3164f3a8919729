import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { liveProgress, render } from "./live-progress.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const plain = (_: unknown, text: string): string => text;
const line = (app: string, kind: "idle" | "busy" | "good" | "bad", text = "deploying") => ({
  app,
  kind,
  text,
  began: Date.now(),
  since: Date.now(),
  ended: kind === "good" ? Date.now() : undefined,
});

test("render() prints no line wider than the terminal", () => {
  const lines = [line("a-very-long-name-of-an-app-indeed", "busy", "x".repeat(300)), line("b", "good", "running")];
  for (const columns of [40, 80, 200]) {
    const drawn = render(lines, { columns, rows: 24, frame: 0, style: plain });
    expect(drawn).toHaveLength(2);
    for (const text of drawn) expect(text.length).toBeLessThan(columns);
  }
});

test("render() cuts the end of a long name and the beginning of a long image", () => {
  const image = { ...line("registry.example.com:5000/plant/team/mill:1.4", "busy"), isImage: true as const };
  const drawn = render([line("a-very-long-name-of-an-app-indeed", "busy"), image], {
    columns: 60,
    rows: 24,
    frame: 0,
    style: plain,
  });
  expect(drawn[0]).toContain("a-very-long-name-...");
  expect(drawn[1]).toContain("...ant/team/mill:1.4");
});

test("render() fits 200 apps into a window: failed and active ones first, then a count of all", () => {
  const lines = Array.from({ length: 200 }, (_, index) =>
    line(`app${index}`, index === 150 ? "bad" : index % 2 ? "good" : "busy"),
  );
  const drawn = render(lines, { columns: 80, rows: 20, frame: 0, style: plain });
  expect(drawn).toHaveLength(18);
  expect(drawn[0]).toContain("app150");
  expect(drawn.at(-1)).toContain("200 apps: 100 done, 1 failed, 99 in progress");
});

test("render() aligns name, replicas, elapsed time and state in columns, and joins replicas and state in a narrow window", () => {
  const began = Date.now() - 3_000;
  const lines = [
    { ...line("web", "busy", "starting"), replicas: { running: 1, desired: 12 }, began, since: began },
    { ...line("long-name", "idle", "waiting for web"), began, since: began },
    {
      ...line("db", "good", "running"),
      replicas: { running: 1, desired: 1 },
      began,
      since: began,
      ended: began + 1_500,
    },
  ];
  const [web, waiting, db] = render(lines, { columns: 80, rows: 24, frame: 0, style: plain });
  expect(web).toMatch(/^\| web {8}1\/12 {3}3\.\d s {2}starting$/);
  expect(waiting).toBe(`  long-name${" ".repeat(16)}waiting for web`);
  expect(db).toBe("+ db          1/1   1.5 s  running");
  expect(render(lines, { columns: 40, rows: 24, frame: 0, style: plain })[0]).toMatch(
    /^\| web {9}3\.\d s {2}1\/12 starting$/,
  );
});

test("note() prints text above the lines, which are redrawn below it", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  progress.observe({ type: "phase", app: "web", service: "web", phase: "deploying" });
  progress.note("First.\n");
  progress.note("Second.\n");
  progress.stop();
  const erased = "\u001b[1A\r\u001b[J";
  expect(output.text).toMatch(/^First\.\n\| web/);
  expect(output.text.split(erased)).toEqual([
    expect.stringMatching(/web.*\n$/),
    expect.stringMatching(/^Second\.\n\/ web.*\n$/),
    "",
  ]);
});

test("liveProgress() drops the number of replicas when the next phase of an app starts", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  const waits = { type: "waiting", service: "web", running: 1, desired: 2 } as const;
  progress.observe({ type: "progress", app: "web", service: "web", progress: waits });
  progress.observe({
    type: "progress",
    app: "web",
    service: "web",
    progress: { type: "step", service: "web", step: "pause" },
  });
  progress.note("");
  progress.observe({ type: "phase", app: "web", service: "web", phase: "removing" });
  progress.note("");
  progress.stop();
  const [first, second] = output.text.split("\n");
  expect(first).toMatch(/web +1\/2 .*pause/);
  expect(second).toMatch(/web +\d\.\d s +removing/);
});

test("stop() removes the drawn lines, and keeps warnings", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  progress.observe({ type: "phase", app: "web", service: "web", phase: "deploying" });
  progress.observe({ type: "warning", app: "web", warning: { code: "ORPHAN", reason: "It is left." } });
  progress.stop();
  expect(output.text).toContain("warning[ORPHAN] web: It is left.\n");
  expect(output.text.endsWith("\u001b[1A\r\u001b[J")).toBe(true);
});

test("render() shows for how long a state lasts that the app did not begin with", () => {
  const now = Date.now();
  const lines = [
    { ...line("web", "busy", "starting"), began: now - 60_000, since: now - 20_000 },
    { ...line("db", "busy", "starting"), began: now - 60_000, since: now - 60_000 },
    { ...line("ui", "busy", "starting"), began: now - 60_000, since: now - 1_000 },
  ];
  const drawn = render(lines, { columns: 80, rows: 24, frame: 0, style: plain });
  expect(drawn.map((text) => text.replace(/^.*?starting/, ""))).toEqual([", for 20 s", "", ""]);
});

const shown = (more: object = {}) => ({
  wait: { subject: "ssh", action: "connect to ssh://me@factory-1", level: "connection", ...more } as const,
  since: Date.now() - 3_000,
  others: 0,
});

test("wait() draws lines below those of the apps, which fit the terminal, until it is over", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 60 });
  const progress = liveProgress(output, plain);
  progress.observe({ type: "phase", app: "web", service: "web", phase: "deploying" });
  progress.wait(shown());
  const [web, ...waiting] = output.text.trimEnd().split("\n");
  expect(web).toMatch(/web .*deploying/);
  expect(waiting).toEqual(["| waiting for ssh to connect to ssh://me@factory-1,", "  for 3.0 s"]);
  progress.wait(undefined);
  expect(output.text.slice(output.text.lastIndexOf("\u001b[3A"))).not.toContain("waiting for ssh");
  progress.stop();
});

test("wait() for something that may ask for a password prints one line, and draws nothing until it is over", () => {
  const output = new CapturedOutput({ isTTY: true, columns: 80 });
  const progress = liveProgress(output, plain);
  progress.wait(shown({ mayPrompt: true }));
  progress.observe({ type: "phase", app: "web", service: "web", phase: "deploying" });
  progress.note("A note.\n");
  expect(output.text).toBe("waiting for ssh to connect to ssh://me@factory-1, for 3.0 s\nA note.\n");
  progress.wait(undefined);
  expect(output.text).toMatch(/A note\.\n. web .*deploying\n$/);
  progress.stop();
});
