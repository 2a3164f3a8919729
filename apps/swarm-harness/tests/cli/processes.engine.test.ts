import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { engineApi, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import { COMMAND, type ProcessResult } from "./support/spawn-ofdeploy.js";

const id = `verbs-${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "ofdeploy-"));
const file = join(folder, "openfactory.yml");
const ofdeploy = (...words: string[]): Promise<ProcessResult> => {
  const [command = "", ...rest] = words;
  return callOfdeploy([command, "--file", file, ...rest]);
};

/** A process that ends at once when it is stopped. */
const runs = `command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 600 & wait $!; done"]`;

beforeAll(async () => {
  const app = (key: string, more: string): string =>
    `  ${key}:\n    uuid: ${id}-${key}\n    image: ${TEST_IMAGE}\n    stop_grace_period: 1s\n    labels: ["org.openfactory.deploy.test=1"]\n    ${more}\n`;
  writeFileSync(
    file,
    `name: ${id}\napps:\n${app("web", `${runs}\n    depends_on: [db]`)}${app("db", `${runs}\n    restart: "no"`)}`,
  );
  const up = await ofdeploy("up");
  expect(up.code, up.stderr).toBe(0);
});
afterAll(async () => {
  for (const key of ["web", "db"]) await engineApi("DELETE", `/containers/${id}-${key}?force=1&v=1`);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command with input. */
function withInput(input: string, ...words: string[]): Promise<ProcessResult> {
  const { promise, resolve } = Promise.withResolvers<ProcessResult>();
  const child = spawn(process.execPath, [COMMAND, ...words], { env: process.env });
  const ran: ProcessResult = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (ran.stdout += text));
  child.stderr.on("data", (text) => (ran.stderr += text));
  child.on("close", (code) => resolve({ ...ran, code }));
  child.stdin.end(input);
  return promise;
}

test("exec passes stdin, stdout, stderr, options and the exit code of a command through", async () => {
  const script = 'read line; echo "got $line, $A, $1"; echo lost >&2; exit 42';
  expect(
    await withInput(
      "a line\n",
      "--log-level",
      "error",
      "exec",
      "-f",
      file,
      "-e",
      "A=1",
      "web",
      "sh",
      "-c",
      script,
      "sh",
      "--json",
    ),
  ).toEqual({ code: 42, stdout: "got a line, 1, --json\n", stderr: "lost\n" });
  expect((await ofdeploy("exec", "web", "/no/such/program")).code).toSatisfy((code: number) =>
    [126, 127].includes(code),
  );
});

test("exec on a terminal gives the command a terminal of the same size, and restores its own", async (context) => {
  const run = promisify(execFile);
  const hasScript = await run("script", ["--version"]).catch(() => undefined);
  if (hasScript === undefined) return context.skip("there is no program script (util-linux)");
  // Older engines set the size a moment after the start.
  const inner = "test -t 0 && test -t 1 && until stty size 2>/dev/null | grep .; do sleep 0.1; done";
  const command = [process.execPath, COMMAND, "exec", "-f", file, "web", "sh", "-c", `'${inner}'`].join(" ");
  const { stdout } = await run("script", ["-qec", `stty rows 33 cols 99; ${command}; stty -a`, "/dev/null"]);
  expect(stdout).toMatch(/33 99\r+\n/);
  expect(stdout, "the terminal is not in raw mode afterwards").toMatch(/[^-]icanon/);
});

test("stop keeps the apps, ps and plan show it, start and up run them again, and restart leaves no change", async () => {
  const restarted = await ofdeploy("restart");
  expect(restarted.code, restarted.stderr).toBe(0);
  expect(await ofdeploy("plan")).toMatchObject({ code: 0 });
  expect((await ofdeploy("stop")).stdout).toContain(`${id}: 2 stopped in`);
  expect((await ofdeploy("ps")).stdout.match(/ stopped /g)).toHaveLength(2);
  const planned = await ofdeploy("plan");
  expect(planned.code, planned.stdout).toBe(2);
  expect(planned.stdout).not.toMatch(/restart/);
  expect((await ofdeploy("start")).stdout).toContain(`${id}: 2 running in`);
  expect(await ofdeploy("plan")).toMatchObject({ code: 0 });
  await ofdeploy("stop", "db");
  expect(await ofdeploy("up")).toMatchObject({ code: 0 });
  expect(await ofdeploy("plan")).toMatchObject({ code: 0 });
});
