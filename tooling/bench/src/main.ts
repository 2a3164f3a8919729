// npm run bench: options.ts has its options.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, commandOf, OWN_SCRIPT, withBefore } from "./bench.ts";
import { startBenchEngine } from "./bench-engine.ts";
import { measure, type Result } from "./measure.ts";
import { type BenchOptions, type Part, readOptions, USAGE } from "./options.ts";
import { findPeers } from "./peers/peers.ts";
import { asJson, remarks, summary, table } from "./report.ts";
import type { Workload } from "./workload.ts";
import { callWorkloads } from "./workloads/calls.ts";
import { concurrencyWorkloads } from "./workloads/concurrency.ts";
import { localWorkloads } from "./workloads/local.ts";
import { logWorkloads } from "./workloads/logs.ts";
import { memoryWorkloads } from "./workloads/memory.ts";
import { limitProcess } from "./limits.ts";
import { planWorkloads } from "./workloads/plan.ts";
import { readyWorkloads } from "./workloads/ready.ts";
import { scaleWorkloads } from "./workloads/scale.ts";
import { startWorkloads } from "./workloads/start.ts";
import { swarmWorkloads } from "./workloads/swarm.ts";
import { waitWorkloads } from "./workloads/wait.ts";

const WORKLOADS: Readonly<Record<Part, (bench: Bench) => Workload[] | Promise<Workload[]>>> = {
  start: startWorkloads,
  swarm: swarmWorkloads,
  local: localWorkloads,
  calls: callWorkloads,
  wait: waitWorkloads,
  plan: planWorkloads,
  memory: memoryWorkloads,
  logs: logWorkloads,
  scale: scaleWorkloads,
  ready: readyWorkloads,
  concurrency: concurrencyWorkloads,
};

const options = optionsOrExit();
const log = (line: string): void => console.error(line);
const folder = mkdtempSync(join(tmpdir(), "openfactory-bench-files-"));
const limit = await limitProcess(options);
const engine = await startBenchEngine(options.engine, log).catch(
  (error: Error) => void log(`no engine: ${error.message}`),
);
const results: Result[] = [];
/** The names of all workloads of the parts. */
const names: string[] = [];
let interruptedBy: "SIGINT" | "SIGTERM" | "SIGHUP" | undefined;
// After an interruption, the finished workloads are reported, and the engine is removed with all that a workload has on it. The signal
// of Ctrl-C arrives more than once, from the terminal and from the process that started this one.
const interruption = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      interruptedBy ??= signal;
      reject(new Error(`Interrupted by ${signal}.`));
    });
});
interruption.catch(() => undefined);

/** The options of the command line. Ends the process after the help, or with what is wrong. */
function optionsOrExit(): BenchOptions {
  try {
    const read = readOptions(process.argv.slice(2));
    if (!read.help) return read;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Measures the chosen workloads of the parts, in turn. */
async function measureAll(peers: Bench["peers"]): Promise<void> {
  for (const part of options.parts) {
    const bench: Bench = {
      folder,
      engine,
      isQuarter: options.quarter,
      peers,
      command: commandOf(options.ofdeploy ?? OWN_SCRIPT),
    };
    const workloads = await WORKLOADS[part](bench);
    names.push(...workloads.map(({ name }) => name));
    for (const chosen of workloads.filter(({ name }) => options.workloads.some((text) => name.includes(text)))) {
      const workload = options.before === undefined ? chosen : withBefore(bench, chosen, options.before);
      log(`${part}: ${workload.name}${workload.skip === undefined ? "" : `: skipped (${workload.skip})`}`);
      const result: Result =
        workload.skip === undefined
          ? await Promise.race([measure(workload, options.runs), interruption])
          : { workload, figures: {}, failures: {} };
      results.push(result);
      log(`  ${summary(result)}`);
    }
  }
}

try {
  const peers = await findPeers(log);
  try {
    await measureAll(peers);
  } catch (error) {
    if (interruptedBy === undefined) throw error;
    log(`Interrupted by ${interruptedBy}: ${results.length} workloads are finished.`);
  }
  const about = {
    engine: engine === undefined ? null : { version: engine.version, api: engine.apiVersion },
    versions: {
      node: process.version,
      ...Object.fromEntries(
        Object.entries(peers).map(([name, peer]) => [name, "missing" in peer ? null : peer.version]),
      ),
    },
    limits: limit.description,
    date: new Date().toISOString(),
  };
  console.log(`\n${table(results)}\n`);
  for (const line of remarks(results)) console.log(line);
  console.log(
    `Medians of ${options.runs} runs each (fewer for long runs), alternating; minimum and maximum in brackets.`,
  );
  console.log(
    `Engine ${about.engine === null ? "none" : `${about.engine.version}, API ${about.engine.api}`}; ${about.limits}; ${JSON.stringify(about.versions)}`,
  );
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(asJson(results, about), undefined, 2)}\n`);
} finally {
  await engine?.end();
  limit.end();
  rmSync(folder, { recursive: true, force: true });
}
if (interruptedBy !== undefined) process.exit(128 + constants.signals[interruptedBy]);
if (results.length === 0) {
  log(
    `No workload of ${options.parts.join(", ")} has ${options.workloads.join(" or ")} in its name:\n  ${names.join("\n  ")}`,
  );
  process.exit(2);
}
process.exit(results.some(({ failures }) => failures.ours !== undefined) ? 1 : 0);
