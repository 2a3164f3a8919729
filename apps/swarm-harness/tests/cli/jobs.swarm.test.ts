import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import type { ProcessResult } from "./support/spawn-ofdeploy.js";

let swarm: Swarm;
let manager: RawEngine;
let folder: string;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  manager = new RawEngine(swarm.managers[0]?.host ?? "");
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-jobs-"));
});
afterAll(async () => {
  await swarm?.down();
  rmSync(folder, { recursive: true, force: true });
});

const write = (version: number, command: string, file = "app.yml"): void =>
  writeFileSync(
    join(folder, file),
    `name: jobs
apps:
  migrate:
    uuid: jobs-migrate
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "echo migration ${version} ran"]
    deploy: {mode: replicated-job}
  web:
    uuid: jobs-web
    image: ${TEST_IMAGE}
    stop_grace_period: 1s
    command: ["sh", "-c", "${command}"]
    depends_on: {migrate: {condition: service_completed_successfully}}
`,
  );
const ofdeploy = (command: string, ...words: string[]): Promise<ProcessResult> =>
  callOfdeploy([
    command,
    ...words,
    "--file",
    join(folder, "app.yml"),
    "--platform",
    "swarm",
    "--host",
    manager.host,
    "--timeout",
    "60s",
  ]);

/** The lines of all runs of the job that the swarm keeps. */
async function migrations(): Promise<string[]> {
  const { stdout } = await callOfdeploy([
    "logs",
    "migrate",
    "--file",
    join(folder, "app.yml"),
    "--platform",
    "swarm",
    "--host",
    manager.host,
  ]);
  return stdout
    .split("\n")
    .flatMap((line) => /migration (\d) ran/.exec(line)?.[1] ?? [])
    .sort();
}

test("a failed up does not run the previous version of a job again, and rollback runs it only if the job is named", async () => {
  write(1, "sleep 1000");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  write(2, "exit 3");
  const failed = await ofdeploy("up");
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.stdout).toContain("not reverted: the app is a job, and a revert would run its previous version again");
  expect(failed.stdout).toMatch(/migrate: kept/);
  expect(await migrations()).toEqual(["1", "2"]);

  write(2, "sleep 1000");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  write(2, "sleep 1001");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  expect(await migrations()).toEqual(["1", "2"]);

  write(3, "sleep 1002");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  const back = await ofdeploy("rollback");
  expect(back).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("The app is a job, and a rollback would run it again"),
  });
  expect(await migrations()).toEqual(["1", "2", "3"]);
  const named = await ofdeploy("rollback", "migrate");
  expect(named, named.stderr).toMatchObject({ code: 0 });
  expect(await migrations()).toEqual(["1", "2", "2", "3"]);
});

test("ps shows an app with 0 replicas as stopped", async () => {
  write(1, "sleep 1000");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  expect((await ofdeploy("scale", "web=0")).stdout).toBe("web: 1 => 0 replicas, stopped\n");
  const { stdout } = await callOfdeploy([
    "ps",
    "--file",
    join(folder, "app.yml"),
    "--platform",
    "swarm",
    "--host",
    manager.host,
  ]);
  expect(stdout).toMatch(/web +jobs-web +stopped[^\n]* 0\/0 /);
});
