import type { Contender, Role, Workload } from "./workload.ts";

export interface Figure {
  label: string;
  median: number;
  least: number;
  most: number;
  runs: number;
}

export interface Result {
  workload: Workload;
  figures: Partial<Record<Role, Figure>>;
  /** Error messages by role. */
  failures: Partial<Record<Role, string>>;
}

/** A contender that takes longer in a workload runs only once. */
const SLOW_MS = 60_000;

/** Runs the contenders of a workload alternately, starting with another one in each run, so that other load affects all equally. */
export async function measure(workload: Workload, runs: number): Promise<Result> {
  const contenders = Object.entries(workload.contenders) as [Role, Contender][];
  const samples = new Map<Role, number[]>(contenders.map(([role]) => [role, []]));
  const failures: Result["failures"] = {};
  for (let run = 0; run < Math.min(runs, workload.maxRuns ?? runs); run += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const [role, contender] = contenders[(run + turn) % contenders.length] as [Role, Contender];
      if (failures[role] !== undefined || isSlow(workload, samples.get(role))) continue;
      try {
        await contender.before?.();
        samples.get(role)?.push(await contender.run());
      } catch (error) {
        failures[role] = (error as Error).message.trim().split("\n").slice(-3).join(" | ");
      }
    }
  }
  const measured = contenders.filter(([role]) => (samples.get(role) ?? []).length > 0);
  return {
    workload,
    figures: Object.fromEntries(
      measured.map(([role, { label }]) => [role, { label, ...spread(samples.get(role) ?? []) }]),
    ),
    failures,
  };
}

const isSlow = ({ unit = "ms" }: Workload, values: readonly number[] = []): boolean =>
  unit === "ms" && values.some((value) => value > SLOW_MS);

function spread(values: readonly number[]): Omit<Figure, "label"> {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0, runs: sorted.length };
}
