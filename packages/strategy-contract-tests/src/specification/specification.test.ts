import { beforeAll, expect, test } from "vitest";
import { collectCases } from "../../test/collect-cases.js";
import { casePattern, clauses, clausesOf, sections } from "./specification.js";

let cases: readonly string[];

beforeAll(async () => {
  cases = await collectCases();
}, 60_000);

test("each name of a case in a clause stands for at least one case of the contract", () => {
  const unknown = clauses.flatMap(({ id, cases: names }) =>
    names.filter((name) => !cases.some((title) => casePattern(name).test(title))).map((name) => `${id}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test("each case of the contract tests at least one clause", () => {
  expect(cases.filter((name) => clausesOf(name).length === 0)).toEqual([]);
});

test("a clause without a case has a reason", () => {
  expect(clauses.filter((clause) => clause.cases.length === 0 && !clause.untested).map(({ id }) => id)).toEqual([]);
});

test("each id is unique, and the numbers of a section ascend", () => {
  for (const { prefix, clauses: own } of sections) {
    const numbers = own.map(({ id }) => Number(id.replace(`${prefix}-`, "")));
    expect(numbers, prefix).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  }
  expect(new Set(sections.map(({ prefix }) => prefix)).size).toBe(sections.length);
});

test("each text contains its level, no other level, and ends with a period", () => {
  for (const { id, level, text } of clauses) {
    expect(text.match(/\b(?:MUST|SHOULD|MAY)\b/g), id).toEqual(text.match(new RegExp(String.raw`\b${level}\b`, "g")));
    expect(text, id).toMatch(new RegExp(String.raw`\b${level}\b[^]*[.)]$`));
  }
});

test("clausesOf() returns nothing for a name that is no case", () => {
  expect(clausesOf("remove > no such case")).toEqual([]);
});
