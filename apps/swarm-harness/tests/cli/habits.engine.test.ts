import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMAND } from "./support/spawn-ofdeploy.js";

const id = `habits-${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "ofdeploy-"));
let port: number;

/** Runs a line in the directory of the file; resolves with its exit code and its output on stdout. */
const ofdeploy = (line: string): Promise<{ code: number | null; out: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...line.split(" ")], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out }));
  });

beforeAll(async () => {
  port = await freePort();
  const app = (key: string, more: string): string =>
    `  ${key}:\n    uuid: ${id}-${key}\n    image: ${TEST_IMAGE}\n    stop_grace_period: 1s\n    labels: ["org.openfactory.deploy.test=1"]\n${more}`;
  const web = `    command: sh -c "echo hello; sleep 600"\n    ports: ["${port}:8080"]\n    depends_on: [db]\n`;
  writeFileSync(
    join(folder, "openfactory.yml"),
    `name: ${id}\napps:\n${app("web", web)}${app("db", "    command: sleep 600\n")}`,
  );
});
afterAll(async () => {
  await ofdeploy("down --all --yes");
  rmSync(folder, { recursive: true, force: true });
});

test("lines typed out of habit work on a real engine", async () => {
  expect(await ofdeploy("up -d db")).toMatchObject({ code: 0 });
  expect((await ofdeploy("ps --format json db")).out).toContain('"relation":"current"');
  expect((await ofdeploy("ps -q web")).out).toBe("");
  expect(await ofdeploy("up --yes -q web")).toMatchObject({ code: 0, out: "web\n" });
  expect(await ofdeploy("up --remove-orphans -q")).toMatchObject({ code: 0, out: "" });
  expect(await ofdeploy("wait --timeout 1m")).toMatchObject({ code: 0 });
  expect((await ofdeploy("ps -aq")).out).toMatch(/^[0-9a-f]{64}\n[0-9a-f]{64}\n$/);
  expect((await ofdeploy("logs --tail=1 -t web")).out).toMatch(/^web \| \d{4}-\d\d-\d\dT\S+Z hello\n$/);
  expect((await ofdeploy("port web 8080")).out).toBe(`0.0.0.0:${port}\n`);
  expect((await ofdeploy("images -q")).out).toMatch(/^\S+\n$/);
  expect((await ofdeploy("ls")).out).toMatch(new RegExp(`^${id} +running +2/2 +docker +openfactory.yml`, "m"));
  expect(await ofdeploy("plan web")).toMatchObject({ code: 0 });
  expect(await ofdeploy("down -q db")).toMatchObject({ code: 0, out: "db\n" });
  expect((await ofdeploy("ps -q")).out).toMatch(/^[0-9a-f]{64}\n$/);
});
