import { type Bench, knows, ofdeploy } from "../bench.ts";
import { recordedProject } from "../recorded-project.ts";
import type { Workload } from "../workload.ts";

/** Thousands of apps on a recorded engine, which answers immediately, to measure the command itself. */
export async function planWorkloads(bench: Bench): Promise<Workload[]> {
  const skip = (await knows(bench, "plan")) ? undefined : "this ofdeploy has no plan";
  return [500, 5_000].flatMap((count) => [
    workload(bench, `plan of ${count} apps, nothing changed`, count, ["plan"], skip),
    workload(bench, `up of ${count} apps, nothing changed`, count, ["up"], undefined),
  ]);
}

function workload(
  bench: Bench,
  name: string,
  count: number,
  args: readonly string[],
  skip: string | undefined,
): Workload {
  if (skip !== undefined) return { part: "plan", name, contenders: {}, skip };
  return {
    part: "plan",
    name,
    maxRuns: 5,
    contenders: {
      ours: {
        label: `ofdeploy ${args[0]}`,
        before: async () => void (await recordedProject(bench, count)),
        async run() {
          const { file, swarm } = await recordedProject(bench, count);
          return (await ofdeploy(bench, [...args, "--platform", "swarm", "--host", swarm.host, "--file", file])).ms;
        },
      },
    },
  };
}
