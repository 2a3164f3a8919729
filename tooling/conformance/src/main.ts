// npm run conformance -- [docker] [swarm] [podman] [memory] [--index]
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureNodeImage } from "@openfactory/swarm-harness";
import { logToStderr, startTestRun } from "@openfactory/test-engine";
import { writeIndex } from "./write-index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = join(root, "docs", "conformance");

/** The reports, with the engine in a container that each needs. */
const REPORTS = { docker: undefined, swarm: "28.5", podman: "podman-5.4", memory: undefined } as const;
type ReportName = keyof typeof REPORTS;

const { values, positionals } = parseArgs({ options: { index: { type: "boolean" } }, allowPositionals: true });
const names = Object.keys(REPORTS) as ReportName[];
const unknown = positionals.find((name) => !names.includes(name as ReportName));
if (unknown === undefined) process.exitCode = await build();
else {
  console.error(`Unknown report: ${unknown}. Reports: ${names.join(", ")}.`);
  process.exitCode = 3;
}

/** @returns 0 if every report was written, also for a partial one. */
async function build(): Promise<number> {
  const chosen = positionals.length > 0 ? (positionals as ReportName[]) : names;
  const codes = values.index ? [] : await runAll(chosen);
  await writeIndex(folder);
  await run(join(root, "node_modules", ".bin", "oxfmt"), [folder], {});
  return codes.every((code) => code === 0 || code === 2) ? 0 : 1;
}

async function runAll(chosen: readonly ReportName[]): Promise<number[]> {
  const test = await startTestRun();
  try {
    const versions = chosen.flatMap((name) => REPORTS[name] ?? []);
    for (const version of versions) await ensureNodeImage(test.engine.api, version, logToStderr);
    const codes: number[] = [];
    for (const name of chosen) codes.push(await runContract(name, test.engine.host));
    return codes;
  } finally {
    await test.end();
  }
}

function runContract(name: ReportName, host: string): Promise<number> {
  const command = join(root, "packages", "strategy-contract-tests", "bin", "strategy-contract-tests.js");
  const target = join("tooling", "conformance", "src", "targets", `${name}.ts`);
  const files = { json: `${name}.json`, markdown: `${name}.md`, badge: `${name}.svg` };
  const reports = Object.entries(files).flatMap(([kind, file]) => [`--${kind}`, join("docs", "conformance", file)]);
  return run(process.execPath, [command, "run", target, ...reports], { DOCKER_HOST: host });
}

function run(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
