import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAULTS } from "./faults.js";
import { OPERATIONS } from "./operations.js";
import type { Cell, CellResult } from "./run-cell.js";

/** A result with the commit of the sources that ran. */
export interface RecordedResult extends CellResult {
  commit: string;
}

export const keyOf = ({ platform, operation, call, fault }: Cell): string =>
  `${platform}: ${operation}, call ${call}, ${fault}`;

/** Whether a cell needs no further run. */
export const isFinal = ({ outcome, overloaded = false }: CellResult): boolean =>
  outcome !== "defect" && outcome !== "not reached" && !overloaded;

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The checked-out commit; with `+` if files differ from it. */
export function currentCommit(): string {
  const git = (...words: string[]): string => execFileSync("git", words, { cwd: HERE, encoding: "utf8" }).trim();
  try {
    return `${git("rev-parse", "--short=9", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") && "+"}`;
  } catch {
    return "unknown";
  }
}

const isResults = (name: string): boolean => /^faults-\w+\.jsonl$/.test(name);

/** The results in a directory. The last one of a cell counts. */
export function readResults(folder: string): RecordedResult[] {
  const files = existsSync(folder) ? readdirSync(folder).filter(isResults) : [];
  const results = files.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      // A run that was killed may have written a part of a line.
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as RecordedResult),
  );
  return [...new Map(results.map((result) => [keyOf(result), result])).values()];
}

/** Appends a result to the file of its platform. */
export function recordResult(folder: string, result: CellResult, commit: string): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, `faults-${result.platform}.jsonl`), `${JSON.stringify({ ...result, commit })}\n`);
}

const OUTCOMES = ["succeeded", "complete", "unchanged", "named", "not reached", "defect"] as const;

/** How many cells the matrix has in a group of results: calls x faults of each operation in it. */
function cellsOf(group: readonly RecordedResult[]): number {
  const operations = Map.groupBy(group, ({ platform, operation }) => `${operation}, ${platform}`).values();
  const calls = [...operations].reduce((sum, results) => sum + Math.max(...results.map((result) => result.calls)), 0);
  const isOfOneFault = new Set(group.map(({ fault }) => fault)).size === 1;
  return calls * (isOfOneFault ? 1 : FAULTS.length);
}

/** The counts of outcomes by platform, operation and fault, as Markdown. */
export function summarize(results: readonly RecordedResult[]): string {
  const table = (title: string, keys: readonly string[], keyOfResult: (result: RecordedResult) => string): string[] => {
    const groups = Map.groupBy(results, keyOfResult);
    return [
      `| ${title} | runs | of | ${OUTCOMES.join(" | ")} | longest |`,
      `| --- | --: | --: | ${OUTCOMES.map(() => "--:").join(" | ")} | --: |`,
      ...keys.flatMap((key) => {
        const group = groups.get(key) ?? [];
        if (group.length === 0) return [];
        const counts = OUTCOMES.map((outcome) => group.filter((result) => result.outcome === outcome).length);
        const longest = Math.max(...group.map(({ tookMs }) => tookMs));
        return [
          `| ${key} | ${group.length} | ${cellsOf(group)} | ${counts.join(" | ")} | ${(longest / 1000).toFixed(1)} s |`,
        ];
      }),
      "",
    ];
  };
  const platforms = [...new Set(results.map(({ platform }) => platform))].sort();
  const operations = OPERATIONS.flatMap(({ name }) => platforms.map((platform) => `${name}, ${platform}`));
  const overloaded = results.filter((result) => result.overloaded).length;
  return [
    ...(overloaded > 0
      ? [
          `In ${overloaded} runs, the engine itself also exceeded the time limit of a call, in each of three attempts.`,
          "",
        ]
      : []),
    ...table("platform", platforms, ({ platform }) => platform),
    ...table("operation", operations, ({ platform, operation }) => `${operation}, ${platform}`),
    ...table("fault", FAULTS, ({ fault }) => fault),
  ].join("\n");
}

/** How many results are of each commit. */
export const describeCommits = (results: readonly RecordedResult[]): string =>
  [...Map.groupBy(results, ({ commit }) => commit)].map(([commit, { length }]) => `${commit}: ${length}`).join(", ");

/** Writes the summary of the results in a directory to it, and with `UPDATE_DOCS=1` to the README. */
export function writeSummary(folder: string): void {
  const results = readResults(folder);
  if (results.length === 0) return;
  const summary = summarize(results);
  writeFileSync(join(folder, "faults.md"), `Runs by commit: ${describeCommits(results)}\n\n${summary}`);
  if (process.env["UPDATE_DOCS"] === "1") writeReadme(summary);
}

const README = join(HERE, "../../../README.md");
const BETWEEN_MARKS = /(?<=<!-- faults -->\n)[^]*(?=<!-- end of faults -->)/;

const writeReadme = (summary: string): void =>
  writeFileSync(
    README,
    readFileSync(README, "utf8").replace(BETWEEN_MARKS, () => `\n${summary}\n`),
  );
