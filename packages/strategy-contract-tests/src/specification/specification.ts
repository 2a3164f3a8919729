import type { Clause, Section } from "./clause.js";
import { deploySection } from "./clauses/deploy.js";
import { manifestSection } from "./clauses/manifest.js";
import { removeSection } from "./clauses/remove.js";

/** The contract of all strategies, topic by topic. */
export const sections: readonly Section[] = [manifestSection, deploySection, removeSection];

/** Every clause of the contract, in the order of the specification. */
export const clauses: readonly Clause[] = sections.flatMap((section) => section.clauses);

/** The ids of the clauses that a case tests, in the order of the specification; empty if it is no case of the contract. */
export const clausesOf = (caseName: string): string[] =>
  patterns.flatMap(({ id, matches }) => (matches.some((pattern) => pattern.test(caseName)) ? [id] : []));

/** An expression for the names that a pattern of {@link Clause.cases} stands for. */
export const casePattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
      .join("[^]*")}$`,
  );

const patterns = clauses.map(({ id, cases }) => ({ id, matches: cases.map(casePattern) }));
