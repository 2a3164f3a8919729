// npm run bench -- [--only <part>] [--workload <text>] [--runs N] [--json FILE] [--engine 20.10|26.1|28.5] [--quarter]
//   [--memory MB] [--before <ofdeploy.js of another checkout>]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ENGINE_VERSIONS, type EngineVersion } from "@openfactory/swarm-harness";
import { type Bench, OWN_SCRIPT, withBefore } from "./bench.ts";
import { startBenchEngine } from "./bench-engine.ts";
import { measure, type Result } from "./measure.ts";
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

const PARTS: Readonly<Record<string, (bench: Bench) => Workload[] | Promise<Workload[]>>> = {
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
/** Parts that run only with --only. */
const ON_REQUEST = new Set(["concurrency", "ready", "scale"]);

/** The benchmark and the engine take a part of it. */
const MIN_MEMORY_MB = 512;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    runs: { type: "string", default: "9" },
    workload: { type: "string", multiple: true, default: [""] },
    json: { type: "string" },
    engine: { type: "string" },
    quarter: { type: "boolean", default: false },
    memory: { type: "string" },
    before: { type: "string" },
  },
});
const parts = values.only ?? Object.keys(PARTS).filter((part) => !ON_REQUEST.has(part));
const unknown = parts.find((part) => PARTS[part] === undefined);
const runs = Number(values.runs);
if (unknown !== undefined) throw new Error(`Unknown part ${unknown}. Parts: ${Object.keys(PARTS).join(", ")}.`);
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs requires a whole number of at least 1, not ${values.runs}.`);
const memoryMb = values.memory === undefined ? undefined : Number(values.memory);
if (memoryMb !== undefined && !(Number.isInteger(memoryMb) && memoryMb >= MIN_MEMORY_MB))
  throw new Error(`--memory requires a whole number of at least ${MIN_MEMORY_MB} (MB), not ${values.memory}.`);
const version = ENGINE_VERSIONS.find((each): each is EngineVersion => each === values.engine);
if (values.engine !== undefined && version === undefined)
  throw new Error(`--engine requires one of ${ENGINE_VERSIONS.join(", ")}.`);

const log = (line: string): void => console.error(line);
const folder = mkdtempSync(join(tmpdir(), "openfactory-bench-files-"));
const limit = await limitProcess({ quarter: values.quarter, memoryMb });
const engine = await startBenchEngine(version, log).catch((error: Error) => void log(`no engine: ${error.message}`));
const results: Result[] = [];
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

/** Measures the chosen workloads of the parts, in turn. */
async function measureAll(peers: Bench["peers"]): Promise<void> {
  for (const part of parts) {
    const bench: Bench = { folder, engine, peers, script: OWN_SCRIPT };
    const workloads = (await PARTS[part]?.(bench)) ?? [];
    for (const chosen of workloads.filter(({ name }) => values.workload.some((text) => name.includes(text)))) {
      const workload = values.before === undefined ? chosen : withBefore(bench, chosen, resolve(values.before));
      log(`${part}: ${workload.name}${workload.skip === undefined ? "" : `: skipped (${workload.skip})`}`);
      const result: Result =
        workload.skip === undefined
          ? await Promise.race([measure(workload, runs), interruption])
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
  console.log(`Medians of ${runs} runs each (fewer for long runs), alternating; minimum and maximum in brackets.`);
  console.log(
    `Engine ${about.engine === null ? "none" : `${about.engine.version}, API ${about.engine.api}`}; ${about.limits}; ${JSON.stringify(about.versions)}`,
  );
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(asJson(results, about), undefined, 2)}\n`);
} finally {
  await engine?.end();
  limit.end();
  rmSync(folder, { recursive: true, force: true });
}
if (interruptedBy !== undefined) process.exit(128 + constants.signals[interruptedBy]);
process.exit(results.some(({ failures }) => failures.ours !== undefined) ? 1 : 0);
