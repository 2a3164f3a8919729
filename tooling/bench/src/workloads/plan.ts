import { type Bench, knows, ofdeploy } from "../bench.ts";
import { shortAppFile, write } from "../files.ts";
import { startRecordedSwarm } from "../recorded-swarm.ts";
import type { Workload } from "../workload.ts";

/** Thousands of apps against a recorded engine, which answers at once: what the command itself takes. */
export async function planWorkloads(bench: Bench): Promise<Workload[]> {
  const skip = (await knows(bench, "plan")) ? undefined : "this ofdeploy has no plan";
  return [500, 5_000].flatMap((count) => [
    workload(bench, `plan of ${count} apps, nothing changed`, count, ["plan"], skip),
    workload(bench, `up of ${count} apps, nothing changed`, count, ["up"], undefined),
  ]);
}

function workload(bench: Bench, name: string, count: number, args: readonly string[], skip: string | undefined): Workload {
  if (skip !== undefined) return { part: "plan", name, contenders: {}, skip };
  return {
    part: "plan",
    name,
    mostRuns: 5,
    contenders: {
      ours: {
        label: `ofdeploy ${args[0]}`,
        async run() {
          const file = write(bench.folder, `plan-${count}.yml`, shortAppFile("bench-plan", count));
          const swarm = await startRecordedSwarm(file);
          try {
            return (await ofdeploy(bench, [...args, "--platform", "swarm", "--host", swarm.host, "--file", file])).ms;
          } finally {
            await swarm.close();
          }
        },
      },
    },
  };
}
