import { type Bench, knows, ofdeploy } from "../bench.ts";
import { recordedProject } from "../recorded-project.ts";
import type { Workload } from "../workload.ts";

const FEW = 500;
const MANY = 5_000;

/** Peak memory of the command on a recorded engine, and the increase for each app. */
export async function memoryWorkloads(bench: Bench): Promise<Workload[]> {
  return [
    ...perApp(bench, "validate", ["validate", "--platform", "swarm"], undefined),
    ...perApp(bench, "up, nothing changed", ["up", "--platform", "swarm"], undefined),
    ...perApp(
      bench,
      "plan",
      ["plan", "--platform", "swarm"],
      (await knows(bench, "plan")) ? undefined : "this ofdeploy has no plan",
    ),
  ];
}

function perApp(bench: Bench, what: string, args: readonly string[], skip: string | undefined): Workload[] {
  const part = "memory";
  const measured = new Map<string, number>();
  const key = (count: number): string => `${count} ${bench.command.join(" ")}`;
  const peak = async (count: number): Promise<number> => {
    const { file, swarm } = await recordedProject(bench, count);
    const { peakMb } = await ofdeploy(bench, [...args, "--host", swarm.host, "--file", file]);
    measured.set(key(count), Math.min(peakMb, measured.get(key(count)) ?? Infinity));
    return peakMb;
  };
  const growth = async (): Promise<number> =>
    (((measured.get(key(MANY)) ?? 0) - (measured.get(key(FEW)) ?? 0)) * 1024) / (MANY - FEW);
  const skipped = skip === undefined ? {} : { skip };
  return [
    ...[FEW, MANY].map((count): Workload => ({
      part,
      name: `${what}, ${count} apps: peak memory`,
      unit: "MB",
      maxRuns: 3,
      contenders: skip === undefined ? { ours: { label: `ofdeploy ${args[0]}`, run: () => peak(count) } } : {},
      ...skipped,
    })),
    {
      part,
      name: `${what}: memory an app, from ${FEW} to ${MANY}`,
      unit: "KB",
      maxRuns: 1,
      contenders: skip === undefined ? { ours: { label: `ofdeploy ${args[0]}`, run: growth } } : {},
      ...skipped,
    },
  ];
}
