import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SoakReport } from "./soak.js";

const FOLDER = fileURLToPath(new URL("../../dist/soak", import.meta.url));

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

/** The figures of a run as a Markdown table. */
export function reportText(reports: readonly SoakReport[]): string {
  const rows: readonly [string, (report: SoakReport) => string][] = [
    ["seed", ({ seed }) => `${seed}`],
    ["minutes", ({ minutes }) => `${minutes}`],
    ["operations", ({ operations }) => list(operations)],
    ["faults", ({ faults }) => list(faults)],
    ["exit codes of commands with a fault", ({ exitCodes }) => list(exitCodes)],
    ["`up` after them converged", ({ converged }) => `${converged}`],
    ["`up` repeated until the engine was ready", ({ repeated }) => `${repeated}`],
    [
      "memory of `up`: first third, last third, highest",
      ({ memoryMib: { first, last, highest } }) => `${first}, ${last}, ${highest} MiB`,
    ],
    ["longest command", ({ longestMs }) => `${(longestMs / 1000).toFixed(1)} s`],
    ["left behind after `down`", ({ leftovers }) => (leftovers.length === 0 ? "nothing" : leftovers.join(", "))],
  ];
  return [
    `| | ${reports.map(({ platform }) => platform).join(" | ")} |`,
    `| --- | ${reports.map(() => "---").join(" | ")} |`,
    ...rows.map(([title, cell]) => `| ${title} | ${reports.map(cell).join(" | ")} |`),
    "",
  ].join("\n");
}

/** Writes `soak.md` and `soak.json` to `apps/swarm-harness/dist/soak`. @returns that folder */
export function writeReport(reports: readonly SoakReport[]): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "soak.md"), reportText(reports));
  writeFileSync(join(FOLDER, "soak.json"), `${JSON.stringify(reports, undefined, 2)}\n`);
  return FOLDER;
}
