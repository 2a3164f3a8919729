// The stages of npm test, on the checkout's Node after setup: static checks, unit tests while the test engine starts, then
// tests that require an engine. --check stops after the unit tests (npm run check); --all adds the repetitions on other
// engine versions, the matrix, and outages, load and a short soak (npm run test:all).
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINE_VERSIONS, ensureNodeImage } from "@openfactory/swarm-harness";
import { settings, startTestRun } from "@openfactory/test-engine";
import { abortOnSignals } from "./main.mjs";
import { root, toolEnvironment } from "./root.mjs";

const CHECKS = ["format:check", "lint", "types"];
const VITEST = [
  "run",
  "--config",
  "tooling/vitest/vitest.config.ts",
  "--reporter=default",
  "--reporter=./tooling/vitest/counts-reporter.ts",
];
const CHECK_CALLS = "apps/swarm-harness/tests/engine-calls/check-recording.mjs";
const titleOf = (project) => (project === "real" ? "engine, swarm and packages tests" : `${project} tests`);
const total = { passed: 0, failures: [], skipped: [], retried: [] };
const notes = [];
const folder = mkdtempSync(join(tmpdir(), "openfactory-test-"));
/** The temporary directory of the tests: whatever a test that was interrupted leaves there is removed with it. */
const temporary = join(folder, "tmp");
mkdirSync(temporary);
// Some tests run the command as another user.
chmodSync(folder, 0o755);
chmodSync(temporary, 0o1777);
/** Tests on engines append the calls of the command. */
const engineCalls = process.env.ENGINE_CALLS_FILE ?? join(folder, "engine-calls.txt");
const signal = abortOnSignals();
const onlyCheck = process.argv.includes("--check");
const all = process.argv.includes("--all");
const real = onlyCheck ? [] : all ? ["real", "repeat", "matrix", "long"] : ["real"];
let run;

try {
  await stage("format, lint and types", () => Promise.all(CHECKS.map(check)));
  // In parallel, since the engine's preparation waits for downloads while the unit tests compute.
  await Promise.all([
    stage(titleOf("unit"), () => vitest("unit")),
    stage("published packages", () => check("check:packages")),
    onlyCheck || stage("test engine and images of its nodes", prepareEngine),
  ]);
  for (const project of real) {
    const title = titleOf(project);
    await stage(title, () => (run ? vitest(project) : fail(`${title}: no engine is available`)));
    if (project === "real" && run) await stage("calls of the command to engines", checkEngineCalls);
  }
} finally {
  await run?.end().catch((error) => fail(`test engine: could not clean up: ${error.message}`));
  removeFolder();
}
report();

function removeFolder() {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    fail(`could not remove ${folder}: ${error.message}`);
  }
}

/** Starts the engine and creates the images of swarm nodes in advance, so that no test waits for them. */
async function prepareEngine() {
  run = await startTestRun(console.log);
  await Promise.all(
    ENGINE_VERSIONS.map((version) =>
      ensureNodeImage(run.engine.api, version, (line) => console.log(`Node ${version}: ${line}`), signal),
    ),
  );
}

async function stage(title, work) {
  if (signal.aborted) return fail(`${title}: not run, since npm test was interrupted`);
  const began = performance.now();
  console.log(`\n=== ${title}`);
  await work().catch((error) => fail(`${title}: ${error.message}`));
  console.log(`=== ${title}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function check(script) {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const code = await tool("sh", ["-c", scripts[script]]);
  if (code !== 0) fail(`npm run ${script}: exit code ${code}`);
}

/** No call of plan may write. */
async function checkEngineCalls() {
  const code = await tool(process.execPath, [CHECK_CALLS, engineCalls]);
  if (code !== 0) fail("a plan made a write call to an engine");
}

async function vitest(project) {
  const title = titleOf(project);
  const file = join(folder, `${project}.json`);
  const code = await tool("vitest", [...VITEST, `--project=${project}`], {
    TMPDIR: temporary,
    OPENFACTORY_TEST_DIR: settings().dir,
    TEST_COUNTS_FILE: file,
    ENGINE_CALLS_FILE: engineCalls,
    // Tests that kill processes or repeat random runs have small default numbers; a soak takes half an hour.
    ...(all && { KILLS: "20", RUNS: "1000", EVERY_CALL: "1", EVERY_VARIANT: "1", SOAK_MINUTES: "5" }),
  });
  const counts = readCounts(file);
  if (!counts) return fail(`${title}: vitest ended with exit code ${code} and ran no test`);
  const ran = counts.passed + counts.failures.length + counts.skipped.length;
  total.passed += counts.passed;
  for (const kind of ["failures", "skipped", "retried"]) total[kind].push(...counts[kind]);
  if (ran === 0) fail(`${title}: no tests found`);
  else if (code !== 0 && counts.failures.length === 0) fail(`${title}: vitest ended with exit code ${code}`);
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Counts a failure outside of tests. */
async function fail(note) {
  notes.push(note);
}

/** Runs a tool in a separate process group, so that `signal` interrupts it once on Ctrl-C. Returns its exit code. */
function tool(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...toolEnvironment, ...engineEnvironment(), ...env }, stdio: "inherit" };
    const child = spawn(command, args, { ...options, detached: true });
    const interrupt = () => child.kill("SIGINT");
    signal.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      resolve(code ?? 1);
    });
  });
}

function engineEnvironment() {
  return run ? { DOCKER_HOST: run.engine.host } : {};
}

function report() {
  console.log("");
  for (const { name, reason } of total.skipped) console.log(`skipped: ${name} (${reason})`);
  for (const { name, reason } of total.retried) console.log(`passed on the second attempt: ${name} (${reason})`);
  for (const { name, reason } of total.failures) console.log(`failed: ${name} (${reason})`);
  for (const note of notes) console.log(`failed: ${note}`);
  const failed = total.failures.length + notes.length;
  console.log(`${total.passed} passed, ${failed} failed, ${total.skipped.length} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
