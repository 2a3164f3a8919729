import { type Bench, ofdeploy } from "../bench.ts";
import { shortAppFile, write } from "../files.ts";
import { type RecordedSwarm, startRecordedSwarm } from "../recorded-swarm.ts";
import type { Workload } from "../workload.ts";

const COUNTS = [500, 1_000, 2_500, 5_000];

/** A command, and the number of services afterwards. */
interface Step {
  name: string;
  words: readonly string[];
  isDeployed: boolean;
}

/** In this order: each finds what the one before left. */
const STEPS: readonly Step[] = [
  { name: "up, new", words: ["up"], isDeployed: true },
  { name: "up, nothing changed", words: ["up"], isDeployed: true },
  { name: "plan, nothing changed", words: ["plan"], isDeployed: true },
  { name: "ps", words: ["ps"], isDeployed: true },
  { name: "down", words: ["down", "--yes"], isDeployed: false },
];

/** Whole commands with hundreds to thousands of apps, on a recorded engine. From 500 apps up, the time of an app must not grow. */
export function scaleWorkloads(bench: Bench): Workload[] {
  return COUNTS.flatMap((count) => {
    const swarm = startRecordedSwarm();
    return STEPS.flatMap((step) => workloadsOf(bench, count, swarm, step));
  });
}

function workloadsOf(bench: Bench, count: number, started: Promise<RecordedSwarm>, step: Step): Workload[] {
  const { name, words, isDeployed } = step;
  let peakMb = 0;
  const run = async (): Promise<number> => {
    const swarm = await started;
    const file = write(bench.folder, `scale-${count}.yml`, shortAppFile("bench-scale", count));
    const timed = await ofdeploy(bench, [...words, "--platform", "swarm", "--host", swarm.host, "--file", file]);
    const expected = isDeployed ? count : 0;
    if (swarm.size() !== expected) throw new Error(`${swarm.size()} services instead of ${expected}`);
    peakMb = timed.peakMb;
    return timed.ms / count;
  };
  const workload = (what: string, unit: Workload["unit"], figure: () => Promise<number>): Workload => ({
    part: "scale",
    name: `${name}, ${count} apps: ${what}`,
    unit,
    maxRuns: 1,
    contenders: { ours: { label: `ofdeploy ${words[0]}`, run: figure } },
  });
  return [workload("time for each app", "ms", run), workload("peak memory", "MB", async () => peakMb)];
}
