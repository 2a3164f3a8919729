import type { Benchmark } from "../benchmark.js";
import { type ConformanceReport, selectedResult, skippedClauses } from "../report.js";
import { badgeText } from "./badge.js";

/** The result of a run for a terminal. @param files the reports that were written. */
export function summaryText(report: ConformanceReport, files: readonly string[]): string {
  const { profiles, clauses, statistics, cases, errors = [], otherFailures = [] } = report;
  const failed = clauses.filter(({ result }) => result === "failed");
  const skipped = skippedClauses(report);
  const selected = report.selection === undefined ? "" : `; the selected clauses: ${selectedResult(report)}`;
  const lines = [
    "",
    ...profiles
      .filter(({ result }) => result !== "notDeclared")
      .map((profile) => {
        const { passed, failed, skipped } = profile.statistics;
        return `  ${profile.name.padEnd(12)} ${profile.result.padEnd(11)} ${passed} passed, ${failed} failed, ${skipped} skipped`;
      }),
    "",
    ...failed.map(({ id, level, failures = [] }) => `  FAILED ${id} (${level}): ${failures[0]?.case ?? ""}`),
    ...otherFailures.map((one) => `  FAILED ${one.case}`),
    ...errors.map((error) => `  ERROR ${error}`),
    ...skipped
      .slice(0, SHOWN)
      .map(({ id, level, reasons = [] }) => `  skipped ${id} (${level}): ${reasons.join("; ")}`),
    ...(skipped.length > SHOWN ? [`  and ${skipped.length - SHOWN} more skipped clauses: see the report`] : []),
    "",
    `Clauses: ${statistics.passed} passed, ${statistics.failed} failed, ${statistics.skipped} skipped, ` +
      `${statistics.notApplicable} not applicable, ${statistics.untested} untested`,
    `Cases:   ${cases.passed} passed, ${cases.failed} failed, ${cases.skipped} skipped`,
    ...(report.benchmark ? benchmarkLines(report.benchmark) : []),
    ...files.map((file) => `Wrote ${file}`),
    `Result:  ${badgeText(report)}${selected}`,
  ];
  return `${lines.join("\n")}\n`;
}

const SHOWN = 20;

const benchmarkLines = ({ measurements, remarks }: Benchmark): string[] => [
  "",
  "Benchmark:",
  ...measurements.map(({ name, value, unit, min, max, operations }) => {
    const range = min === undefined || min === max ? "" : `, ${min} to ${max}`;
    return `  ${name.padEnd(44)} ${value} ${unit}${range} (${operations})`;
  }),
  ...remarks.map((remark) => `  remark: ${remark}`),
  "",
];
