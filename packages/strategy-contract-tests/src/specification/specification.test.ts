import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { casePattern, clauses, clausesOf, sections } from "./specification.js";

const PAGE = new URL("../../../../docs/reference/contract-cases.md", import.meta.url);

/** The cases on their page. `apps/swarm-harness/tests/docs/reference.test.ts` proves that it has all: to collect them takes a second. */
const cases = readFileSync(PAGE, "utf8")
  .split("\n## ")
  .slice(1)
  .flatMap((text) => {
    const group = text.slice(0, text.indexOf("\n"));
    return [...text.matchAll(/^\| (`+) ?(.*?) ?\1 +\|/gm)].map(
      ([, , name = ""]) => `${group} > ${name.replaceAll("\\|", "|")}`,
    );
  });

test("the page of the cases has groups of cases", () => {
  expect(cases.length).toBeGreaterThan(500);
});

test("each name of a case in a clause stands for at least one case of the contract", () => {
  const isUnknown = (name: string): boolean => {
    const pattern = casePattern(name);
    return !cases.some((title) => pattern.test(title));
  };
  const unknown = clauses.flatMap(({ id, cases: names }) => names.filter(isUnknown).map((name) => `${id}: ${name}`));
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
