import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { type RecordedProject, recordedProject } from "../recorded-project.ts";
import type { Workload } from "../workload.ts";

const SERVICES = 100;
const BIN = fileURLToPath(new URL("../../../../apps/cli/bin/ofdeploy.js", import.meta.url));

/** Follows the logs of a hundred services that write as fast as possible, with a reader that starts late. */
export function logWorkloads(bench: Bench): Workload[] {
  let at: Record<string, number> = {};
  const measured = async (): Promise<void> => {
    at = await follow(await recordedProject(bench, SERVICES));
  };
  const figure = (name: string, key: string, before?: () => Promise<void>): Workload => ({
    part: "logs",
    name: `${SERVICES} logs followed: ${name}`,
    unit: "MB",
    maxRuns: 1,
    contenders: {
      ours: {
        label: "ofdeploy logs --follow",
        run: async () => at[key] ?? 0,
        ...(before === undefined ? {} : { before }),
      },
    },
  });
  return [
    figure("memory without a reader", "blocked", measured),
    figure("memory after 2 s of reading", "early"),
    figure("memory after 10 s of reading", "late"),
    figure("read in these 10 s", "readMb"),
  ];
}

async function follow({ swarm, file }: RecordedProject): Promise<Record<string, number>> {
  const args = [BIN, "logs", "--follow", "--platform", "swarm", "--host", swarm.host, "--file", file];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  try {
    while (swarm.logs().open < SERVICES || swarm.logs().blocked < SERVICES) await sleep(50);
    await sleep(1_000);
    const blocked = memory();
    let read = 0;
    child.stdout.on("data", (part: Buffer) => (read += part.length));
    await sleep(2_000);
    const early = memory();
    await sleep(8_000);
    return { blocked, early, late: memory(), readMb: read / 1024 ** 2 };
  } finally {
    child.kill("SIGKILL");
  }
}
