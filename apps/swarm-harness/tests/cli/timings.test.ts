import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordCalls } from "../../../cli/src/timings/calls.js";
import { TimingRecorder } from "../../../cli/src/timings/recorder.js";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

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
