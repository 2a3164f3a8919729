import { describe, expect, test } from "vitest";
import type { Clause } from "../specification/clause.js";
import { createReport, selectedResult } from "./report.js";
import type { CaseResult } from "./run-contract.js";
import type { Selection } from "./selection.js";

const clause = (id: string, part: Partial<Clause> = {}): Clause => ({
  id,
  level: "MUST",
  profile: "core",
  text: "",
  cases: [`group > ${id}*`],
  ...part,
});

const passed = (id: string): CaseResult => ({ name: `group > ${id}`, state: "passed", durationMs: 1 });
const failed = (id: string): CaseResult => ({ name: `group > ${id}`, state: "failed", message: "no", durationMs: 1 });
const skipped = (id: string, reason: string): CaseResult => ({
  name: `group > ${id}`,
  state: "skipped",
  reason,
  durationMs: 1,
});

const report = (clauses: readonly Clause[], cases: readonly CaseResult[], selection?: Selection) =>
  createReport({
    clauses,
    cases,
    errors: [],
    manifest: { name: "mine", supportedFields: ["name", "image", "env"], capabilities: ["wait"] },
    about: {
      date: "2026-11-28",
      title: "mine",
      contract: { version: "1.0", suite: "1.0.0" },
      implementation: { name: "mine", version: "1.0.0" },
      ...(selection && { selection }),
    },
  });

const resultOf = (part: Partial<Clause>, ...cases: CaseResult[]) => report([clause("A-1", part)], cases).clauses[0];

describe("a clause", () => {
  test("is passed if a case passed, and lists why others were skipped", () => {
    const found = resultOf({}, passed("A-1 a"), skipped("A-1 b", "the target has no probe exec"));
    expect(found).toMatchObject({ result: "passed", reasons: ["the target has no probe exec"] });
  });

  test("is failed if one of its cases failed", () => {
    const failures = [{ case: "group > A-1 b", message: "no" }];
    expect(resultOf({}, passed("A-1 a"), failed("A-1 b"))).toMatchObject({ result: "failed", failures });
  });

  test.each(["declared to differ: the strategy can't", "not selected"])(
    "is skipped if a case was skipped because: %s",
    (reason) => {
      expect(resultOf({}, passed("A-1 a"), skipped("A-1 b", reason))?.result).toBe("skipped");
    },
  );

  test.each([
    "the target has no probe exec",
    "not available here: the strategy claims more",
    "not comparable: the strategy",
  ])("is skipped if none of its cases could run because: %s", (reason) => {
    expect(resultOf({}, skipped("A-1", reason))?.result).toBe("skipped");
  });

  test("is not applicable if the manifest does not declare what its cases need", () => {
    expect(resultOf({}, skipped("A-1", "the strategy declares no stop"))?.result).toBe("notApplicable");
  });

  test("is not applicable without its profile's capability, its capabilities, or its fields", () => {
    const cases = [skipped("A-1", "the strategy declares no stop")];
    expect(resultOf({ profile: "stop" }, ...cases)?.result).toBe("notApplicable");
    expect(resultOf({ capabilities: ["stop"] }, ...cases)?.reasons).toEqual(["the strategy declares no stop"]);
    expect(resultOf({ fields: ["ports"] }, ...cases)?.reasons).toEqual(["the strategy declares not to support ports"]);
  });

  test("is untested without cases, for the reason of the contract", () => {
    expect(resultOf({ cases: [], untested: "No case restarts it." })).toMatchObject({
      result: "untested",
      reasons: ["No case restarts it."],
    });
  });
});

describe("a profile", () => {
  const core = (clauses: readonly Clause[], ...cases: CaseResult[]) => report(clauses, cases).profiles[0];

  test("is conformant if all clauses passed, are not applicable, or are untested", () => {
    const clauses = [clause("A-1"), clause("A-2", { fields: ["ports"] }), clause("A-3", { cases: [] })];
    expect(core(clauses, passed("A-1"))?.result).toBe("conformant");
  });

  test("is failed if a clause with MUST failed, also if another was skipped", () => {
    const cases = [failed("A-1"), skipped("A-2", "the target has no probe exec")];
    expect(core([clause("A-1"), clause("A-2")], ...cases)).toMatchObject({
      result: "failed",
      failed: ["A-1"],
      skipped: ["A-2"],
    });
  });

  test.each(["SHOULD", "MAY"] as const)("lists a failed clause with %s, and is conformant", (level) => {
    const all = report([clause("A-1", { level })], [failed("A-1")]);
    expect(all.profiles[0]).toMatchObject({ result: "conformant", failed: ["A-1"] });
    expect(all.result).toBe("conformant");
  });

  test("is partial if a clause was skipped", () => {
    expect(core([clause("A-1")], skipped("A-1", "the target has no probe exec"))?.result).toBe("partial");
  });

  test("is not declared without its capability", () => {
    const cases = [skipped("A-1", "the strategy declares no stop"), passed("B-1")];
    const { profiles, result } = report([clause("A-1", { profile: "stop" }), clause("B-1")], cases);
    expect(profiles.map(({ name, result }) => [name, result])).toEqual([
      ["core", "conformant"],
      ["stop", "notDeclared"],
    ]);
    expect(result).toBe("conformant");
  });
});

describe("a report", () => {
  test("has the worst result of the declared profiles", () => {
    const clauses = [clause("A-1"), clause("W-1", { profile: "wait" })];
    expect(report(clauses, [passed("A-1"), failed("W-1")]).result).toBe("failed");
    expect(report(clauses, [passed("A-1"), skipped("W-1", "not available here: x")]).result).toBe("partial");
  });

  test("is failed by a failed case without a clause", () => {
    const { result, otherFailures } = report([clause("A-1")], [passed("A-1"), failed("Z-1")]);
    expect([result, otherFailures]).toEqual(["failed", [{ case: "group > Z-1", message: "no" }]]);
  });

  test("of a selection is partial, and its selected clauses have their own result", () => {
    const clauses = [clause("A-1"), clause("A-2")];
    const some = report(clauses, [passed("A-1"), skipped("A-2", "not selected")], { only: ["A-1"] });
    expect([some.result, selectedResult(some), some.cases]).toEqual([
      "partial",
      "conformant",
      { passed: 1, failed: 0, skipped: 0 },
    ]);
    const all = report(clauses, [passed("A-1"), skipped("A-2", "the target has no probe exec")], { only: ["group"] });
    expect(selectedResult(all)).toBe("partial");
  });
});
