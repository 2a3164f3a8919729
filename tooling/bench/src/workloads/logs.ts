import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { shortAppFile, write } from "../files.ts";
import { type RecordedSwarm, startRecordedSwarm } from "../recorded-swarm.ts";
import type { Workload } from "../workload.ts";

const SERVICES = 100;
const BIN = fileURLToPath(new URL("../../../../apps/cli/bin/ofdeploy.js", import.meta.url));

/** Follows the logs of a hundred services that write as fast as they are read, by a reader that at first reads nothing. */
export function logWorkloads(bench: Bench): Workload[] {
  const part = "logs";
  const at: Record<string, number> = {};
  const measured = async (): Promise<number> => {
    const file = write(bench.folder, "logs.yml", shortAppFile("bench-logs", SERVICES));
    const swarm = await startRecordedSwarm(file);
    try {
      Object.assign(at, await follow(swarm, file));
      return at["blocked"] ?? 0;
    } finally {
      await swarm.close();
    }
  };
  const later = (key: string) => async (): Promise<number> => at[key] ?? 0;
  const ours = "ofdeploy logs --follow";
  return [
    { part, name: `${SERVICES} logs followed, nobody reads: memory`, unit: "MB", mostRuns: 1, contenders: { ours: { label: ours, run: measured } } },
    { part, name: "the same: taken from the engine by then", unit: "KB", mostRuns: 1, contenders: { ours: { label: ours, run: later("takenKb") } } },
    { part, name: "the same, read for 2 s: memory", unit: "MB", mostRuns: 1, contenders: { ours: { label: ours, run: later("early") } } },
    { part, name: "the same, read for 8 s: memory", unit: "MB", mostRuns: 1, contenders: { ours: { label: ours, run: later("late") } } },
    { part, name: "the same: read in these 8 s", unit: "MB", mostRuns: 1, contenders: { ours: { label: ours, run: later("readMb") } } },
  ];
}

async function follow(swarm: RecordedSwarm, file: string): Promise<Record<string, number>> {
  const args = [BIN, "logs", "--follow", "--platform", "swarm", "--host", swarm.host, "--file", file];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const memory = (): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  try {
    while (swarm.logs().open < SERVICES || swarm.logs().blocked < SERVICES) await sleep(50);
    await sleep(1_000);
    const [blocked, takenKb] = [memory(), swarm.logBytes() / 1024];
    let read = 0;
    child.stdout.on("data", (part: Buffer) => (read += part.length));
    await sleep(2_000);
    const early = memory();
    await sleep(6_000);
    return { blocked, takenKb, early, late: memory(), readMb: read / 1024 ** 2 };
  } finally {
    child.kill("SIGKILL");
  }
}
