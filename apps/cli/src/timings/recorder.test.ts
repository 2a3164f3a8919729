import type { AppPhase, DeployerEvent } from "@openfactory/deployer";
import { expect, test } from "vitest";
import { verdict } from "../../test/sample-reports.js";
import { TimingRecorder } from "./recorder.js";
import { timingsOf } from "./timings.js";
import { timingsText } from "./timings-text.js";
import { traceText } from "./trace.js";

const phase = (app: string, name: AppPhase): DeployerEvent => ({ type: "phase", app, service: app, phase: name });
type Progress = Extract<DeployerEvent, { type: "progress" }>["progress"];
type WithoutService<Each> = Each extends unknown ? Omit<Each, "service"> : never;
const progress = (app: string, what: WithoutService<Progress>): DeployerEvent => ({
  type: "progress",
  app,
  service: app,
  progress: { service: app, ...what } as Progress,
});
const done = (app: string): DeployerEvent => ({ type: "verdict", verdict: verdict(app, "running") });

/** A recorder after an `up` of two apps, in milliseconds since the start of the process. */
function recordUp(): TimingRecorder {
  let now = 0;
  const recorder = new TimingRecorder(0, () => now);
  const at = (time: number, action: () => void): void => {
    now = time;
    action();
  };
  const observe = (event: DeployerEvent) => () => recorder.observe(event);
  at(30, () => recorder.mark("read"));
  at(50, () => recorder.mark("plan"));
  recorder.addCall({ name: "/containers/json", method: "GET", status: 200, begin: 60, end: 70 });
  at(100, observe(phase("db", "deploying")));
  at(110, observe(phase("web", "blocked")));
  at(120, observe(progress("db", { type: "pull", image: "demo:1", status: "Pulling from demo" })));
  at(130, observe(progress("db", { type: "pull", image: "demo:1", status: "Downloading", id: "a" })));
  at(320, observe(progress("db", { type: "step", step: "create" })));
  recorder.addCall({ name: "/containers/create", method: "POST", status: 201, begin: 320, end: 350 });
  at(400, observe(phase("db", "waiting")));
  at(500, observe(progress("db", { type: "waiting", running: 0, desired: 1, detail: "starting" })));
  at(900, observe(done("db")));
  at(900, observe(phase("web", "deploying")));
  at(1_000, observe(done("web")));
  at(1_000, () => recorder.mark("finish"));
  at(1_250, () => recorder.end());
  return recorder;
}

test("timingsOf() has the parts of a command with their calls, and the phases of each app", () => {
  expect(timingsOf(recordUp())).toEqual({
    totalMs: 1_250,
    calls: 2,
    phases: [
      { phase: "start", ms: 30, calls: 0 },
      { phase: "read", ms: 20, calls: 0 },
      { phase: "plan", ms: 50, calls: 1 },
      { phase: "apply", ms: 900, calls: 1 },
      { phase: "finish", ms: 250, calls: 0 },
    ],
    apps: [
      {
        app: "db",
        service: "db",
        ms: 800,
        phases: [
          { phase: "deploying", ms: 100 },
          { phase: "pulling", ms: 200 },
          { phase: "waiting", ms: 500 },
        ],
      },
      {
        app: "web",
        service: "web",
        ms: 890,
        phases: [
          { phase: "blocked", ms: 790 },
          { phase: "deploying", ms: 100 },
        ],
      },
    ],
  });
});

test("timingsText() lists the slowest app first", () => {
  expect(timingsText(timingsOf(recordUp()), { write() {}, drained: async () => {} })).toBe(`
PART    TIME    CALLS
start   30 ms   0
read    20 ms   0
plan    50 ms   1
apply   900 ms  1
finish  250 ms  0
total   1.3 s   2

APP  TIME    DEPLOYING  PULLING  WAITING  BLOCKED
web  890 ms  100 ms                       790 ms
db   800 ms  100 ms     200 ms   500 ms
`);
});

test("a recorder counts all calls, and keeps a limited number of them", () => {
  const recorder = new TimingRecorder(0, () => 0);
  for (let count = 0; count < 100_050; count++) recorder.addCall({ name: "/events", method: "GET", begin: 0, end: 1 });
  expect([recorder.callCount, recorder.calls.length]).toEqual([100_050, 100_000]);
});

test("during() returns to the part before, also after a failure", async () => {
  const recorder = new TimingRecorder(0, () => 0);
  recorder.mark("run");
  const work = recorder.during("read", async () => {
    throw new Error("no file");
  });
  await expect(work).rejects.toThrow("no file");
  expect(recorder.phases.map(({ name }) => name)).toEqual(["start", "run", "read", "run"]);
});

test("the revert of an app is a phase", () => {
  let now = 0;
  const recorder = new TimingRecorder(0, () => now);
  recorder.observe(phase("web", "updating"));
  now = 10;
  recorder.observe({ type: "revert", step: { action: "rollback", app: "web", service: "web", state: "begun" } });
  now = 25;
  recorder.observe({ type: "revert", step: { action: "rollback", app: "web", service: "web", state: "done" } });
  expect(timingsOf(recorder).apps[0]?.phases).toEqual([
    { phase: "updating", ms: 10 },
    { phase: "reverting", ms: 15 },
  ]);
});

test("traceText() is a trace with a row per app, and calls that overlap in separate rows", () => {
  const recorder = recordUp();
  recorder.addCall({ name: "/containers/x/start", method: "POST", status: 204, begin: 340, end: 360 });
  const { traceEvents } = JSON.parse(traceText(recorder, "up"));
  const names = traceEvents.filter(({ ph }: { ph: string }) => ph === "M").map(({ args }: { args: object }) => args);
  expect(names).toEqual(["ofdeploy up", "command", "db", "web", "calls 1", "calls 2"].map((name) => ({ name })));
  const spans = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
  expect(spans).toContainEqual({
    name: "pulling",
    cat: "phase",
    ph: "X",
    pid: 1,
    tid: 2,
    ts: 120_000,
    dur: 200_000,
    args: { service: "db" },
  });
  expect(spans).toContainEqual(expect.objectContaining({ name: "POST /containers/create", tid: 4, ts: 320_000 }));
  expect(spans).toContainEqual(expect.objectContaining({ name: "POST /containers/x/start", tid: 5, dur: 20_000 }));
  expect(spans.filter(({ cat }: { cat: string }) => cat === "step").map(({ name }: { name: string }) => name)).toEqual([
    "demo:1",
    "create",
    "starting",
  ]);
});

test("the step of a pull ends with it, so that no step crosses the end of a phase", () => {
  let now = 0;
  const recorder = new TimingRecorder(0, () => now);
  const progress = (event: object): void =>
    recorder.observe({ type: "progress", app: "web", service: "web", progress: event } as never);
  recorder.observe(phase("web", "deploying"));
  now = 10;
  progress({ type: "pull", service: "web", image: "demo:1", status: "Pulling" });
  now = 30;
  progress({ type: "waiting", service: "web", running: 0, desired: 1 });
  now = 50;
  recorder.end();
  expect(recorder.apps[0]?.steps).toEqual([{ name: "demo:1", begin: 10, end: 30 }]);
  expect(recorder.apps[0]?.phases.map(({ name, begin, end }) => [name, begin, end])).toEqual([
    ["deploying", 0, 10],
    ["pulling", 10, 30],
    ["deploying", 30, 50],
  ]);
});

test("the parts follow one another without a gap after a trace that was written at the start", () => {
  let now = 0;
  const recorder = new TimingRecorder(0, () => now);
  now = 10;
  traceText(recorder, "up");
  now = 15;
  recorder.mark("run");
  now = 40;
  expect(timingsOf(recorder)).toMatchObject({ totalMs: 40, phases: [{ ms: 15 }, { ms: 25 }] });
});
