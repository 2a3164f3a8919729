import type { Clause } from "../../specification/clause.js";
import { clausesOfCases } from "../../specification/specification.js";
import type { ConformanceReport } from "../report.js";
import type { CaseResult } from "../run-contract.js";
import { groupOf, NOT_SELECTED } from "../selection.js";
import { escapeXml } from "./escape.js";

/**
 * A JUnit report: a test suite for each group of cases, with the ids of its clauses after the title of each case. It conforms to the
 * schema of Jenkins (junit-10.xsd).
 */
export function junit(report: ConformanceReport, cases: readonly CaseResult[], clauses: readonly Clause[]): string {
  const selected = cases.filter(({ reason }) => reason !== NOT_SELECTED);
  const groups = Map.groupBy(selected, ({ name }) => groupOf(name));
  const clausesOf = clausesOfCases(clauses);
  const idsOf = (name: string) => clausesOf(name).map(({ id }) => id);
  const errors = report.errors ?? [];
  const { passed, failed, skipped } = report.cases;
  const counts = { tests: passed + failed + skipped + errors.length, failures: failed, errors: errors.length };
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    element("testsuites", { name: `strategy contract: ${report.title}`, ...counts, time: secondsOf(selected) }, [
      ...[...groups].map(([name, own]) => groupSuite(name, own, idsOf, propertiesOf(report))),
      ...(errors.length > 0 ? [errorsSuite(errors)] : []),
    ]),
    "",
  ].join("\n");
}

function groupSuite(
  name: string,
  cases: readonly CaseResult[],
  idsOf: (name: string) => string[],
  properties: string,
): string {
  const count = (wanted: CaseResult["state"]) => cases.filter(({ state }) => state === wanted).length;
  const attributes = {
    name,
    tests: cases.length,
    failures: count("failed"),
    errors: 0,
    skipped: count("skipped"),
    time: secondsOf(cases),
  };
  return element("testsuite", attributes, [properties, ...cases.map((one) => testCase(one, idsOf(one.name)))]);
}

function testCase(result: CaseResult, ids: readonly string[]): string {
  const title = result.name.slice(groupOf(result.name).length + " > ".length);
  const name = ids.length === 0 ? title : `${title} [${ids.join(" ")}]`;
  const attributes = { name, classname: groupOf(result.name), time: secondsOf([result]) };
  if (result.state === "passed") return element("testcase", attributes, []);
  const outcome =
    result.state === "failed"
      ? element("failure", { type: "failed", message: result.message ?? "" }, [])
      : element("skipped", { message: result.reason ?? "" }, []);
  return element("testcase", attributes, [outcome]);
}

function errorsSuite(errors: readonly string[]): string {
  const cases = errors.map((message, index) =>
    element("testcase", { name: `error ${index + 1}`, classname: "errors outside of cases" }, [
      element("error", { type: "error", message }, []),
    ]),
  );
  const attributes = { name: "errors outside of cases", tests: errors.length, failures: 0, errors: errors.length };
  return element("testsuite", attributes, cases);
}

function propertiesOf({ contract, implementation, strategy, engine, result }: ConformanceReport): string {
  const values: Record<string, string | undefined> = {
    contract: contract.version,
    implementation: `${implementation.name} ${implementation.version}`,
    strategy: strategy.name,
    engine: engine && `${engine.name} ${engine.version}`,
    result,
  };
  const properties = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [element("property", { name, value }, [])],
  );
  return element("properties", {}, properties);
}

const secondsOf = (cases: readonly CaseResult[]): string =>
  (cases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);

function element(name: string, attributes: Record<string, string | number>, children: readonly string[]): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(String(value))}"`)];
  if (children.length === 0) return `<${start.join(" ")}/>`;
  return `<${start.join(" ")}>\n${children.map(indent).join("\n")}\n</${name}>`;
}

const indent = (text: string): string => text.replace(/^/gm, "  ");
