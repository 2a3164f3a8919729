// The stages of npm test, and with --all those of npm run test:all, on the checkout's Node and after its setup.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestRun } from "@openfactory/test-engine";
import { abortOnSignals } from "./main.mjs";
import { root, toolEnvironment } from "./root.mjs";

const VITEST = [
  "run",
  "--config",
  "tooling/vitest/vitest.config.ts",
  "--reporter=default",
  "--reporter=./tooling/vitest/counts-reporter.ts",
];
/** Both need an engine, and share the workers. */
const REAL = ["engine", "swarm"];
const total = { passed: 0, failures: [], skipped: [], retried: [] };
const notes = [];
const folder = mkdtempSync(join(tmpdir(), "openfactory-test-"));
const signal = abortOnSignals();
let run;

try {
  await stage("lint", () => lint());
  await stage("unit tests", () => vitest("unit"));
  await stage("test engine", async () => void (run = await startTestRun(console.log)));
  for (const projects of process.argv.includes("--all") ? [REAL, ["repeat"], ["matrix"]] : [REAL]) {
    const title = projects.join(" and ");
    await stage(`${title} tests`, () =>
      run ? vitest(...projects) : fail(`${title} tests: there is no engine to run them on`),
    );
  }
} finally {
  await run?.end().catch((error) => fail(`test engine: it could not be taken down: ${error.message}`));
  rmSync(folder, { recursive: true, force: true });
}
report();

async function stage(title, work) {
  if (signal.aborted) return fail(`${title}: not run, since the test was interrupted`);
  const began = performance.now();
  console.log(`\n=== ${title}`);
  await work().catch((error) => fail(`${title}: ${error.message}`));
  console.log(`=== ${title}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function lint() {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const code = await tool("sh", ["-c", scripts.lint]);
  if (code !== 0) fail(`lint: exit code ${code}`);
}

async function vitest(...projects) {
  const title = projects.join(" and ");
  const file = join(folder, `${projects[0]}.json`);
  const code = await tool("vitest", [...VITEST, ...projects.map((project) => `--project=${project}`)], {
    TEST_COUNTS_FILE: file,
  });
  const counts = readCounts(file);
  if (!counts) return fail(`${title} tests: vitest ended with exit code ${code} and ran no test`);
  const ran = counts.passed + counts.failures.length + counts.skipped.length;
  total.passed += counts.passed;
  for (const kind of ["failures", "skipped", "retried"]) total[kind].push(...counts[kind]);
  if (ran === 0) fail(`${title} tests: there are none`);
  else if (code !== 0 && counts.failures.length === 0) fail(`${title} tests: vitest ended with exit code ${code}`);
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Counts one failure that no test tells of. */
async function fail(note) {
  notes.push(note);
}

/** Shielded from the terminal's Ctrl-C, so that it is interrupted once, by us. Returns the exit code. */
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
  for (const { name, reason } of total.retried) console.log(`passed at the second try: ${name} (${reason})`);
  for (const { name, reason } of total.failures) console.log(`failed: ${name} (${reason})`);
  for (const note of notes) console.log(`failed: ${note}`);
  const failed = total.failures.length + notes.length;
  console.log(`${total.passed} passed, ${failed} failed, ${total.skipped.length} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
