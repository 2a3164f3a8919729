import type { Benchmark } from "../benchmark.js";
import { type ClauseReport, type ConformanceReport, type ProfileReport, skippedClauses } from "../report.js";
import type { Selection } from "../selection.js";
import { escapeMarkdown as escape } from "./escape.js";

/** A summary in Markdown: what was tested, the profiles, and each clause that failed, was skipped or was tested in part. */
export function markdown(report: ConformanceReport): string {
  return [
    `# Conformance of ${escape(report.title)}`,
    summary(report),
    about(report),
    "## Profiles",
    table(
      ["profile", "result", "passed", "failed", "skipped", "not applicable", "untested"],
      report.profiles.map(profileRow),
    ),
    ...clauseSections(report),
    ...listSection(
      "## Failed cases without a clause",
      (report.otherFailures ?? []).map((one) => `${escape(one.case)}: ${escape(one.message)}`),
    ),
    ...listSection("## Errors outside of cases", (report.errors ?? []).map(escape)),
    ...(report.benchmark ? benchmarkSection(report.benchmark) : []),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

const RESULT = { conformant: "conformant", partial: "partial", failed: "failed", notDeclared: "not declared" };

function summary({ result, statistics, cases }: ConformanceReport): string {
  const { passed, failed, skipped, notApplicable, untested } = statistics;
  return (
    `**${RESULT[result]}**: ${passed} clauses passed, ${failed} failed, ${skipped} skipped, ${notApplicable} are not ` +
    `applicable, ${untested} have no test. ` +
    `${cases.passed} cases passed, ${cases.failed} failed, ${cases.skipped} were skipped.`
  );
}

function about({ implementation, strategy, contract, engine, selection, date }: ConformanceReport): string {
  const { organization, url } = implementation;
  const rows: [string, string | undefined][] = [
    ["implementation", `${implementation.name} ${implementation.version}`],
    ["organization", organization],
    ["URL", url],
    ["platform", strategy.name],
    [
      "engine",
      engine &&
        [engine.name, engine.version, engine.apiVersion && `(API ${engine.apiVersion})`].filter(Boolean).join(" "),
    ],
    ["contract", contract.version],
    ["suite", contract.suite],
    ["selection", selection && selectionText(selection)],
    ["date", date],
  ];
  return table(
    ["", ""],
    rows.flatMap(([key, value]) => (value === undefined ? [] : [[key, escape(value)]])),
  );
}

const selectionText = ({ only, profiles, shard }: Selection): string =>
  [
    only && `only ${only.join(", ")}`,
    profiles && `profiles ${profiles.join(", ")}`,
    shard && `shard ${shard.index}/${shard.count}`,
  ]
    .filter(Boolean)
    .join("; ");

function profileRow({ name, result, statistics }: ProfileReport): string[] {
  const { passed, failed, skipped, notApplicable, untested } = statistics;
  return [name, RESULT[result], ...[passed, failed, skipped, notApplicable, untested].map(String)];
}

function clauseSections(report: ConformanceReport): string[] {
  const { clauses } = report;
  const failed = clauses.filter(({ result }) => result === "failed");
  const skipped = skippedClauses(report);
  const inPart = clauses.filter(({ result, reasons }) => result === "passed" && reasons !== undefined);
  const failures = ({ failures = [] }: ClauseReport) =>
    failures.map((one) => `${escape(one.case)}: ${escape(one.message)}`);
  return [
    ...clauseSection("## Failed clauses", "failed cases", failed, failures),
    ...clauseSection("## Skipped clauses", "reasons", skipped, reasonsOf),
    ...clauseSection("## Clauses that passed with some cases skipped", "reasons", inPart, reasonsOf),
  ];
}

const reasonsOf = ({ reasons = [] }: ClauseReport) => reasons.map(escape);

function clauseSection(
  title: string,
  detail: string,
  clauses: readonly ClauseReport[],
  detailsOf: (clause: ClauseReport) => string[],
): string[] {
  if (clauses.length === 0) return [];
  const rows = clauses.map((clause) => [clause.id, clause.level, clause.profile, detailsOf(clause).join("<br>")]);
  return [title, table(["clause", "level", "profile", detail], rows)];
}

function benchmarkSection({ measurements, remarks }: Benchmark): string[] {
  const rows = measurements.map(({ name, unit, value, min = "", max = "", operations }) =>
    [name, `${value} ${unit}`, min, max, operations].map(String),
  );
  return [
    "## Benchmark",
    "A rate, or the median of the operations. It does not affect the result.",
    table(["measurement", "value", "min", "max", "operations"], rows),
    ...listSection("### Remarks", remarks.map(escape)),
  ];
}

const listSection = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, lines.map((line) => `- ${line}`).join("\n")];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
