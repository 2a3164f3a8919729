import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, type SingleEngine } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppFolder } from "./app-folder.js";
import { fillDisk } from "./fill-disk.js";

let engine: SingleEngine;
let apps: AppFolder;

beforeAll(async () => {
  engine = await createEngine({ images: [TEST_IMAGE] });
});
beforeEach(() => {
  apps = new AppFolder("outage", () => ["--platform", "docker", "--host", engine.host]).write({ version: 1 });
});
afterEach(async () => {
  const down = await apps.run(["down"]);
  expect(down.code, down.text).toBe(0);
  expect(await containers()).toEqual([]);
  apps.remove();
});
afterAll(() => engine?.down());

interface Container {
  Names: string[];
  State: string;
}
const containers = async (): Promise<Container[]> => engine.api.call("GET", "/containers/json?all=true");

/** The version of each service that runs. */
async function versions(): Promise<Record<string, string>> {
  const running = (await containers()).filter(({ State }) => State === "running");
  const details = await Promise.all(
    running.map(({ Names }) => engine.api.call("GET", `/containers${Names[0] ?? ""}/json`)),
  );
  return Object.fromEntries(
    details.map(({ Name, Config }) => [
      Name.replace("/outage-", ""),
      (Config.Env as string[]).find((entry) => entry.startsWith("VERSION="))?.slice("VERSION=".length),
    ]),
  );
}

const all = (version: string): Record<string, string> => ({ a: version, b: version, c: version, d: version });

describe("the engine is killed and started again", () => {
  test.each([
    ["up", 600],
    ["up", 1_500],
    ["up", 3_000],
    ["down", 800],
    ["rollback", 800],
    ["rollback", 2_000],
  ])("during %s after %i ms: the report is true, and the next up converges", async (command, afterMs) => {
    apps.write({ version: 1 });
    expect(await apps.run(["up"])).toMatchObject({ code: 0 });
    apps.write({ version: 2 });
    if (command !== "up") expect(await apps.run(["up"])).toMatchObject({ code: 0 });
    const running = apps.start([command]);
    await sleep(afterMs);
    await engine.kill();
    await engine.start();
    const run = await running.ended;
    expect([0, 1, 4], run.text).toContain(run.code);
    expect(run.text).not.toMatch(/\n\s+at /);
    if (run.code !== 0)
      expect(run.text).toMatch(/error\[(ENGINE_UNREACHABLE|ENGINE_ERROR|TASK_FAILED|NOT_FOUND|CONFLICT)\]/);
    const again = await apps.run(["up"]);
    expect(again.code, again.text).toBe(0);
    expect(await versions()).toEqual(all("2"));
  });
});

describe("the disk of the engine is full", () => {
  let small: SingleEngine;
  beforeAll(async () => {
    small = await createEngine({ images: [TEST_IMAGE], diskMib: 40 });
  });
  afterAll(() => small?.down());

  test("up ends with the engine's reason and reverts; the next up converges when there is space again", async () => {
    const folder = new AppFolder("full", () => ["--platform", "docker", "--host", small.host]);
    folder.write({ version: 1 });
    expect(await folder.run(["up"])).toMatchObject({ code: 0 });
    await fillDisk(small);
    folder.write({ version: 2, names: ["a", "b", "c", "d", "e"] });
    const run = await folder.run(["up"]);
    expect([1, 4], run.text).toContain(run.code);
    expect(run.text).toMatch(/no space left on device/);
    expect(run.text).not.toMatch(/\n\s+at /);
    await small.api.call("DELETE", "/volumes/filler");
    const again = await folder.run(["up"]);
    expect(again.code, again.text).toBe(0);
    const down = await folder.run(["down"]);
    expect(down.code, down.text).toBe(0);
    expect(await small.api.call("GET", "/containers/json?all=true")).toEqual([]);
    folder.remove();
  });
});
