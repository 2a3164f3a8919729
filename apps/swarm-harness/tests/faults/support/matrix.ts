import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAULTS, type Fault } from "./faults.js";
import { type Operation, OPERATIONS } from "./operations.js";
import type { FaultPlatform } from "./platforms.js";
import { type CellResult, Lane } from "./run-cell.js";

/** Which cells run. */
export interface Selection {
  operations?: readonly string[];
  calls?: readonly number[];
  faults?: readonly Fault[];
  /** Run one of so many cells. Default 1: all. */
  every?: number;
}

const listed = (name: string): string[] | undefined => process.env[name]?.split(",").map((word) => word.trim());

/** The selection of `FAULTS_OPERATION`, `FAULTS_CALL` and `FAULTS_FAULT`: lists with commas. */
export const selectionOfEnvironment = (): Selection => ({
  operations: listed("FAULTS_OPERATION"),
  calls: listed("FAULTS_CALL")?.map(Number),
  faults: listed("FAULTS_FAULT") as Fault[] | undefined,
  every: Number(process.env["FAULTS_EVERY"] ?? 1),
});

/** Projects that run at the same time on one engine. */
const LANES = Number(process.env["FAULTS_LANES"] ?? 3);

export const operationsOn = (platform: Pick<FaultPlatform, "isSwarm">, { operations }: Selection): Operation[] =>
  OPERATIONS.filter(
    ({ name, only }) =>
      (only === undefined || platform.isSwarm) && (operations === undefined || operations.includes(name)),
  );

/** Runs an operation once for each of its calls and each fault. @param onResult called after each run. */
export async function runOperation(
  platform: FaultPlatform,
  operation: Operation,
  { calls, faults = FAULTS, every = 1 }: Selection,
  onResult: (result: CellResult) => void = () => {},
): Promise<CellResult[]> {
  const id = randomBytes(3).toString("hex");
  const removable = new Set<string>();
  const lanes = Array.from({ length: LANES }, (_, index) => new Lane(platform, `fault-${id}-${index}`, removable));
  try {
    const [first] = lanes;
    if (first === undefined) return [];
    const observed = await first.observe(operation);
    const numbers = observed.calls.map((_, index) => index + 1).filter((number) => calls?.includes(number) ?? true);
    const cells = numbers
      .flatMap((call) => faults.map((fault) => ({ call, fault })))
      .filter((_, index) => index % every === 0);
    const results: CellResult[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
          const result = await lane.run(operation, observed.complete, cell);
          results.push(result);
          onResult(result);
          if (result.defects.length > 0) process.stdout.write(`${describeResult(result)}\n`);
        }
      }),
    );
    return results;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

export const describeResult = ({
  platform,
  operation,
  call,
  path,
  fault,
  exitCode,
  tookMs,
  defects,
}: CellResult): string =>
  `${platform}: ${operation}, call ${call} (${path}), ${fault}: exit code ${exitCode}, ${tookMs} ms: ${defects.join("; ")}`;

const OUTCOMES = ["succeeded", "complete", "unchanged", "named", "defect"] as const;

/** The counts of outcomes by operation and by fault, as Markdown. */
export function summarize(results: readonly CellResult[]): string {
  const table = (title: string, keyOf: (result: CellResult) => string): string[] => [
    `| ${title} | runs | ${OUTCOMES.join(" | ")} | longest |`,
    `| --- | --: | ${OUTCOMES.map(() => "--:").join(" | ")} | --: |`,
    ...[...Map.groupBy(results, keyOf)].map(([key, group]) => {
      const counts = OUTCOMES.map((outcome) => group.filter((result) => result.outcome === outcome).length);
      const longest = Math.max(...group.map(({ tookMs }) => tookMs));
      return `| ${key} | ${group.length} | ${counts.join(" | ")} | ${(longest / 1000).toFixed(1)} s |`;
    }),
    "",
  ];
  return [
    ...table("platform", ({ platform }) => platform),
    ...table("operation", ({ platform, operation }) => `${operation}, ${platform}`),
    ...table("fault", ({ fault }) => fault),
  ].join("\n");
}

/** Writes the results of a platform to a directory, and the summary of all platforms that are there. */
export function writeResults(folder: string, platform: string, results: readonly CellResult[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `faults-${platform}.json`), `${JSON.stringify(results, undefined, 1)}\n`);
  const all = readdirSync(folder)
    .filter((name) => /^faults-.*\.json$/.test(name))
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as CellResult[]);
  writeFileSync(join(folder, "faults.md"), summarize(all));
  if (process.env["UPDATE_DOCS"] === "1") writeReadme(summarize(all));
}

const README = fileURLToPath(new URL("../../../README.md", import.meta.url));
const BETWEEN_MARKS = /(?<=<!-- faults -->\n)[^]*(?=<!-- end of faults -->)/;

const writeReadme = (summary: string): void =>
  writeFileSync(
    README,
    readFileSync(README, "utf8").replace(BETWEEN_MARKS, () => `\n${summary}\n`),
  );
