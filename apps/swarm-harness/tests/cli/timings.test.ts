import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryOptions } from "@openfactory/strategy-memory";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordCalls } from "../../../cli/src/timings/calls.js";
import { TimingRecorder } from "../../../cli/src/timings/recorder.js";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject().write(appFile({ web: "depends_on: [db]", db: "environment: [PASSWORD=hunter2-secret]" }));
  resetMemory();
});
afterEach(() => project.remove());

const readTrace = (name: string) =>
  JSON.parse(readFileSync(join(project.folder, name), "utf8")) as { traceEvents: { name: string; cat?: string }[] };

describe("--timings", () => {
  test("prints the parts of a command and the phases of each app after the result", async () => {
    const { code, out, err } = await project.run("up", "--timings");
    expect(code).toBe(0);
    expect(out).not.toContain("PART");
    expect(err).toMatch(/\nPART +TIME +CALLS\nstart [^]*\nread [^]*\nplan [^]*\napply [^]*\nfinish [^]*\ntotal /);
    expect(err).toMatch(/\nAPP +TIME +.*DEPLOYING.*\n(?:web|db) /);
  });

  test("is the last line but one of --json", async () => {
    const { events } = await project.run("--timings", "up", "--json");
    expect(events.at(-1)).toMatchObject({ event: "result", command: "up" });
    expect(events.at(-2)).toMatchObject({
      event: "timings",
      apps: expect.arrayContaining([expect.objectContaining({ app: "web" }), expect.objectContaining({ app: "db" })]),
    });
    expect(events.filter(({ event }) => event === "timings")).toHaveLength(1);
  });

  test("covers commands that change nothing, and commands that fail", async () => {
    expect((await project.run("ps", "--timings")).err).toMatch(/PART[^]*\nrun [^]*\nread [^]*\ntotal /);
    expect((await project.run("plan", "--timings")).err).toMatch(/PART[^]*\nplan [^]*\nfinish [^]*\ntotal /);
    project.write("apps: [", "openfactory.yml");
    const failed = await project.run("up", "--timings", "--json");
    expect(failed.code).toBe(3);
    expect(failed.events.map(({ event }) => event)).toEqual(["timings", "result"]);
  });
});

describe("--trace", () => {
  test("writes a trace of the command, without values of variables", async () => {
    expect(await project.run("up", "--trace", "up.trace.json")).toMatchObject({ code: 0 });
    const { traceEvents } = readTrace("up.trace.json");
    expect(traceEvents.filter(({ cat }) => cat === "command").map(({ name }) => name)).toEqual(
      expect.arrayContaining(["read", "plan", "apply", "finish"]),
    );
    expect(traceEvents.filter(({ cat }) => cat === "phase").length).toBeGreaterThan(1);
    expect(readFileSync(join(project.folder, "up.trace.json"), "utf8")).not.toContain("hunter2");
  });

  test("writes a trace of a command that fails", async () => {
    project.write("apps: [", "openfactory.yml");
    expect(await project.run("up", "--trace", "failed.json")).toMatchObject({ code: 3 });
    expect(readTrace("failed.json").traceEvents.some(({ name }) => name === "read")).toBe(true);
  });

  test("refuses a file that can't be written before it changes anything", async () => {
    const { code, err } = await project.run("up", "--trace", "missing/up.json");
    expect(code).toBe(3);
    expect(err).toContain("Could not write missing/up.json: its directory does not exist.");
    expect((await project.run("ps", "-q")).out).toBe("");
    expect(existsSync(join(project.folder, "missing"))).toBe(false);
  });

  test("replaces an older trace", async () => {
    project.write("old", "up.json");
    await project.run("up", "--trace", "up.json");
    expect(statSync(join(project.folder, "up.json")).size).toBeGreaterThan(100);
  });
});

interface Timings {
  totalMs: number;
  phases: { ms: number }[];
  apps: { ms: number; phases: { ms: number }[] }[];
}

interface Span {
  name: string;
  ph: string;
  tid: number;
  ts: number;
  dur: number;
}

const sum = (parts: readonly { ms: number }[]): number => parts.reduce((all, { ms }) => all + ms, 0);

/** Expects the rules of the Trace Event Format, and of viewers that require spans in order and nested. */
function expectValidTrace(events: readonly (Span & { args?: { name?: string } })[]): void {
  const rows = new Map(events.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [tid, args?.name]));
  expect(new Set(rows.values()).size, "one row per app").toBe(rows.size);
  const spans = events.filter(({ ph }) => ph === "X");
  const open = new Map<number, number[]>();
  let last = 0;
  for (const { tid, ts, dur, name } of spans) {
    expect(
      [ts, dur].every((each) => Number.isSafeInteger(each) && each >= 0),
      name,
    ).toBe(true);
    expect(ts, name).toBeGreaterThanOrEqual(last);
    expect(rows.has(tid), name).toBe(true);
    last = ts;
    const ends = (open.get(tid) ?? []).filter((end) => end > ts);
    for (const end of ends) expect(ts + dur, `${name} ends within the span that contains it`).toBeLessThanOrEqual(end);
    open.set(tid, [...ends, ts + dur]);
  }
}

describe("the times of the parts add up to the total, and the trace is valid", () => {
  const failure = new DeploymentError("ENGINE_ERROR", "Lost.", { hint: "Check the engine." });
  const cases: [title: string, words: string[], code: number, options?: MemoryOptions][] = [
    ["a run that succeeds", ["up"], 0],
    ["a run that fails and is reverted", ["up"], 1, { failOn: { web: { deploy: failure } } }],
    ["a run that fails without a revert", ["up", "--no-rollback"], 1, { failOn: { web: { wait: failure } } }],
    [
      "a run that reaches its time limit",
      ["up", "--timeout", "50ms"],
      6,
      { processes: { web: { health: "starting" } } },
    ],
    ["a run that is interrupted", ["up"], 130, { processes: { web: { health: "starting" } } }],
    ["a plan", ["plan"], 2],
    ["a list", ["ps"], 0],
    ["a wait that fails", ["wait"], 1, { failOn: { web: { wait: failure } } }],
    ["an operation that fails", ["restart"], 1, { failOn: { db: { restart: failure } } }],
    ["a removal that fails", ["down"], 1, { failOn: { db: { remove: failure } } }],
    ["logs", ["logs"], 0],
    ["a file that is invalid", ["up", "-f", "missing.yml"], 3],
  ];
  test.each(cases)("of %s: %j", async (_title, words, code, options = {}) => {
    const isFirst = ["up", "plan"].includes(words[0] ?? "");
    const strategy = resetMemory(isFirst ? options : {});
    if (options.processes) project.write(appFile({ web: "depends_on: [db]\nhealthcheck: {test: 'true'}", db: "" }));
    if (!isFirst) expect((await project.run("up")).code).toBe(0);
    Object.assign(strategy.options, options);
    const io = captureIo(project.folder);
    if (code === 130) {
      io.stdout.onWrite = (text) => {
        if (text.includes('"phase":"waiting"') && text.includes('"web"')) setImmediate(() => io.signals.emit("SIGINT"));
      };
    }
    const ran = await project.runOnMemory(io, ...words, "--json", "--timings", "--trace", "run.json");
    expect(ran.code, ran.out).toBe(code);
    const { totalMs, phases, apps } = ran.events.find(({ event }) => event === "timings") as unknown as Timings;
    // Each figure is rounded to a tenth of a millisecond.
    expect(Math.abs(sum(phases) - totalMs)).toBeLessThanOrEqual(0.1 * (phases.length + 1));
    for (const app of apps) {
      expect(Math.abs(sum(app.phases) - app.ms)).toBeLessThanOrEqual(0.1 * (app.phases.length + 1));
      expect(app.ms).toBeLessThanOrEqual(totalMs);
    }
    expectValidTrace(readTrace("run.json").traceEvents as unknown as Span[]);
  });
});

test("recordCalls() records method, path and status of each HTTP call, without its query", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url?.startsWith("/v1.41/missing") ? 404 : 200;
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { get } = await import("node:http");
  const call = (path: string) =>
    new Promise<void>((resolve) =>
      get({ port, path, host: "127.0.0.1" }, (response) => response.resume().once("close", resolve)),
    );
  const recorder = new TimingRecorder(0);
  const stop = recordCalls(recorder);
  await call("/v1.41/containers/json?filters=secret");
  await call("/v1.41/missing");
  stop();
  await call("/v1.41/later");
  server.close();
  expect(recorder.calls).toMatchObject([
    { method: "GET", name: "/containers/json", status: 200 },
    { method: "GET", name: "/missing", status: 404 },
  ]);
  expect(recorder.calls.every(({ begin, end }) => end >= begin)).toBe(true);
});

test("recordCalls() records calls of fetch by their server, without their path", async () => {
  const server = createServer((_, response) => response.end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const recorder = new TimingRecorder(0);
  const stop = recordCalls(recorder);
  await (await fetch(`${origin}/v2/hunter2?token=secret`)).text();
  stop();
  server.close();
  expect(recorder.calls).toMatchObject([{ method: "GET", name: origin, status: 200 }]);
  expect(recorder.calls[0]?.end).toBeGreaterThan(0);
});
