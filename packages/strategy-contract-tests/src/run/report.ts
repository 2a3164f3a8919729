import { CAPABILITIES, type CapabilityName, type RequestField } from "@openfactory/deploy-core";
import { casePattern } from "../specification/specification.js";
import type { Clause, ClauseLevel, ClauseProfile } from "../specification/clause.js";
import type { EngineDetails } from "../target.js";
import type { Benchmark } from "./benchmark.js";
import type { CaseResult } from "./run-contract.js";
import type { TargetFacts } from "./run-settings.js";
import { NOT_SELECTED, type Selection } from "./selection.js";
import { skipCause, type SkipCause } from "./skip-cause.js";
import type { Implementation } from "./target-module.js";

/**
 * - `conformant`: no MUST clause failed, and no clause was skipped;
 * - `partial`: no MUST clause failed, and a clause was skipped;
 * - `failed`: a MUST clause failed.
 */
export type ConformanceResult = "conformant" | "partial" | "failed";

/**
 * - `passed`: a case passed, and none failed or is declared to differ;
 * - `failed`: a case failed;
 * - `skipped`: no case failed, and a case is declared to differ or was not selected, or none could run on the target;
 * - `notApplicable`: it is about a field or capability that the strategy does not declare;
 * - `untested`: the suite has no case for it.
 */
type ClauseResult = "passed" | "failed" | "skipped" | "notApplicable" | "untested";

export interface ClauseReport {
  id: string;
  level: ClauseLevel;
  profile: ClauseProfile;
  result: ClauseResult;
  /** The number of its cases with each result. */
  cases: { passed: number; failed: number; skipped: number };
  /** The cases that failed. */
  failures?: { case: string; message: string }[];
  /** Why it is skipped, not applicable or untested, or why some of its cases were skipped. */
  reasons?: string[];
}

export interface ProfileReport {
  name: ClauseProfile;
  /** `notDeclared`: the manifest does not declare the capability. */
  result: ConformanceResult | "notDeclared";
  /** The number of its clauses with each result. */
  statistics: Record<ClauseResult, number>;
  /** The ids of failed clauses: they decide the result if their level is MUST. */
  failed: string[];
  skipped: string[];
}

/** A conformance report. `schema/conformance-report.schema.json` is its JSON Schema. */
export interface ConformanceReport {
  $schema: string;
  /** The version of this format. */
  reportVersion: "1.0";
  /** The day of the run, in UTC: `2026-11-28`. */
  date: string;
  title: string;
  /** The contract's version, and that of the package with the cases. */
  contract: { version: string; suite: string };
  implementation: Implementation;
  strategy: { name: string; supportedFields: string[]; capabilities: CapabilityName[] };
  engine?: EngineDetails;
  selection?: Selection;
  /** The worst result of the declared profiles; `failed` for errors outside of cases, too. */
  result: ConformanceResult;
  /** The number of clauses with each result. */
  statistics: Record<ClauseResult, number>;
  /** The number of cases with each result. */
  cases: { passed: number; failed: number; skipped: number };
  /** With `--benchmark`. It does not affect the result. */
  benchmark?: Benchmark;
  profiles: ProfileReport[];
  clauses: ClauseReport[];
  /** Failed cases that test no clause. */
  otherFailures?: { case: string; message: string }[];
  /** Errors outside of cases. */
  errors?: string[];
}

const REPORT_SCHEMA =
  "https://raw.githubusercontent.com/openfactoryio/openfactory-deploy/main/packages/strategy-contract-tests/schema/conformance-report.schema.json";

/** What a report is made of. */
export interface ReportInput {
  clauses: readonly Clause[];
  cases: readonly CaseResult[];
  errors: readonly string[];
  benchmark?: Benchmark | undefined;
  manifest: TargetFacts["manifest"];
  about: Pick<ConformanceReport, "date" | "title" | "contract" | "implementation" | "engine" | "selection">;
}

/** Assigns the results of cases to clauses and profiles. Equal inputs give equal reports. */
export function createReport({ clauses, cases, errors, benchmark, manifest, about }: ReportInput): ConformanceReport {
  const { engine, selection, ...rest } = about;
  const tested = clauses.map((clause) => ({ clause, cases: casesOf(clause, cases) }));
  const judged = tested.map(({ clause, cases }) => judge(clause, cases, manifest));
  const profiles = (["core", ...CAPABILITIES] as const)
    .map((name) => profileReport(name, judged, manifest))
    .filter(({ statistics }) => total(statistics) > 0);
  const otherFailures = cases
    .filter((one) => one.state === "failed" && !tested.some(({ cases }) => cases.includes(one)))
    .map(failureOf);
  const declared = profiles.flatMap(({ result }) => (result === "notDeclared" ? [] : [result]));
  const hasOtherProblems = otherFailures.length > 0 || errors.length > 0;
  return {
    $schema: REPORT_SCHEMA,
    reportVersion: "1.0",
    ...rest,
    strategy: {
      name: manifest.name,
      supportedFields: [...manifest.supportedFields].sort(),
      capabilities: CAPABILITIES.filter((name) => manifest.capabilities.includes(name)),
    },
    ...(engine && { engine }),
    ...(selection && { selection }),
    result: hasOtherProblems ? "failed" : worst(declared),
    statistics: countResults(judged),
    cases: countStates(cases.filter(({ reason }) => reason !== NOT_SELECTED)),
    ...(benchmark && { benchmark }),
    profiles,
    clauses: judged,
    ...(otherFailures.length > 0 && { otherFailures }),
    ...(errors.length > 0 && { errors: [...errors] }),
  };
}

/** The result of the selected clauses: those that were not selected don't make it partial. */
export function selectedResult(report: ConformanceReport): ConformanceResult {
  if (report.result === "failed" || report.selection === undefined) return report.result;
  return skippedClauses(report).length > 0 ? "partial" : "conformant";
}

/** The skipped clauses that the selection did not leave out. */
export const skippedClauses = ({ clauses }: ConformanceReport): ClauseReport[] =>
  clauses.filter(({ result, reasons = [] }) => {
    const causes = reasons.map(skipCause);
    return result === "skipped" && (causes.includes("difference") || !causes.includes("selection"));
  });

function judge(clause: Clause, cases: readonly CaseResult[], manifest: TargetFacts["manifest"]): ClauseReport {
  const { id, level, profile } = clause;
  const failures = cases.filter(({ state }) => state === "failed").map(failureOf);
  const causes = new Set(cases.flatMap(({ reason }) => (reason === undefined ? [] : [skipCause(reason)])));
  const undeclared = undeclaredBy(clause, manifest);
  const result = resultOf(clause, countStates(cases), causes, undeclared.length > 0);
  const reasons = [
    ...(result === "notApplicable" ? undeclared : []),
    ...(result === "untested" && clause.untested !== undefined ? [clause.untested] : []),
    ...(result === "notApplicable" && undeclared.length > 0 ? [] : cases.flatMap(({ reason }) => reason ?? [])),
  ];
  return {
    id,
    level,
    profile,
    result,
    cases: countStates(cases),
    ...(failures.length > 0 && { failures }),
    ...(reasons.length > 0 && { reasons: [...new Set(reasons)].sort() }),
  };
}

function resultOf(
  clause: Clause,
  { passed, failed, skipped }: ClauseReport["cases"],
  causes: ReadonlySet<SkipCause>,
  isUndeclared: boolean,
): ClauseResult {
  if (failed > 0) return "failed";
  if (isUndeclared) return "notApplicable";
  if (clause.cases.length === 0) return "untested";
  if (passed + skipped === 0 || causes.has("difference") || causes.has("selection")) return "skipped";
  if (passed > 0) return "passed";
  return causes.has("target") ? "skipped" : "notApplicable";
}

/** What a clause is about and the strategy does not declare. */
function undeclaredBy(
  { profile, capabilities = [], fields = [] }: Clause,
  manifest: TargetFacts["manifest"],
): string[] {
  const required = profile === "core" ? capabilities : [profile, ...capabilities];
  return [
    ...required
      .filter((name) => !manifest.capabilities.includes(name))
      .map((name) => `the strategy declares no ${name}`),
    ...fields
      .filter((field: RequestField) => !manifest.supportedFields.includes(field))
      .map((field) => `the strategy declares not to support ${field}`),
  ];
}

function profileReport(
  name: ClauseProfile,
  clauses: readonly ClauseReport[],
  manifest: TargetFacts["manifest"],
): ProfileReport {
  const own = clauses.filter(({ profile }) => profile === name);
  const idsOf = (result: ClauseResult) => own.filter((clause) => clause.result === result).map(({ id }) => id);
  const isDeclared = name === "core" || manifest.capabilities.includes(name);
  return {
    name,
    result: isDeclared ? resultOfClauses(own) : "notDeclared",
    statistics: countResults(own),
    failed: idsOf("failed"),
    skipped: idsOf("skipped"),
  };
}

function resultOfClauses(clauses: readonly ClauseReport[]): ConformanceResult {
  if (clauses.some(({ result, level }) => result === "failed" && level === "MUST")) return "failed";
  return clauses.some(({ result }) => result === "skipped") ? "partial" : "conformant";
}

const worst = (results: readonly ConformanceResult[]): ConformanceResult =>
  (["failed", "partial"] as const).find((result) => results.includes(result)) ?? "conformant";

function casesOf(clause: Clause, all: readonly CaseResult[]): CaseResult[] {
  const patterns = clause.cases.map(casePattern);
  return all.filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
}

const failureOf = ({ name, message = "" }: CaseResult) => ({ case: name, message });

const countStates = (cases: readonly CaseResult[]): ClauseReport["cases"] => ({
  passed: cases.filter(({ state }) => state === "passed").length,
  failed: cases.filter(({ state }) => state === "failed").length,
  skipped: cases.filter(({ state }) => state === "skipped").length,
});

function countResults(clauses: readonly ClauseReport[]): Record<ClauseResult, number> {
  const counts = { passed: 0, failed: 0, skipped: 0, notApplicable: 0, untested: 0 };
  for (const { result } of clauses) counts[result] += 1;
  return counts;
}

const total = (counts: Record<ClauseResult, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
