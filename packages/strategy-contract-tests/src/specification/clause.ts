import type { CapabilityName, RequestField } from "@openfactory/deploy-core";

/** As in RFC 2119. */
export type ClauseLevel = "MUST" | "SHOULD" | "MAY";

/** `core`: every strategy. Otherwise the capability whose declaration makes the clause apply. */
export type ClauseProfile = "core" | CapabilityName;

/** One promise of the contract. */
export interface Clause {
  /** Stable: the prefix of its section and a number, such as `DEPLOY-3`. The number of a removed clause is not used again. */
  readonly id: string;
  readonly level: ClauseLevel;
  readonly profile: ClauseProfile;
  /** The promise in Markdown, with its level as a word. */
  readonly text: string;
  /** Why, where it is not obvious. */
  readonly rationale?: string;
  /** The clause applies only to strategies whose manifest supports these fields, at least in part. Default: to all. */
  readonly fields?: readonly RequestField[];
  /** Further capabilities that a strategy must declare for the clause to apply. Default: none but the profile's. */
  readonly capabilities?: readonly CapabilityName[];
  /** Names of the cases that test it, such as `remove > remove() frees the host port`. `*` stands for any text. */
  readonly cases: readonly string[];
  /** Why no case tests it, or only a part of it is tested. Required without cases. */
  readonly untested?: string;
}

/** A topic of the contract. */
export interface Section {
  /** The first part of the ids of its clauses. */
  readonly prefix: string;
  readonly title: string;
  /** What a reader needs before the clauses, in Markdown. */
  readonly introduction?: string;
  /** Names of the types of `@openfactory/deploy-core` that the clauses are about. */
  readonly types: readonly string[];
  readonly clauses: readonly Clause[];
}

/** A clause without its id, which its section completes. */
export interface ClauseText extends Omit<Clause, "id" | "profile"> {
  readonly number: number;
  readonly profile?: ClauseProfile;
}

type More = Omit<ClauseText, "number" | "level" | "text" | "cases">;

const writer =
  (level: ClauseLevel) =>
  (number: number, text: string, cases: readonly string[], more: More = {}): ClauseText => ({
    number,
    level,
    text,
    cases,
    ...more,
  });

/** A clause with the word MUST. @param cases empty if no case can test it; `more.untested` is the reason. */
export const must = writer("MUST");
export const should = writer("SHOULD");
export const may = writer("MAY");

/** A section with its clauses. `profile` is that of the clauses that name none; default `core`. */
export function section(
  prefix: string,
  title: string,
  options: { introduction?: string; types?: readonly string[]; profile?: ClauseProfile },
  texts: readonly ClauseText[],
): Section {
  const { introduction, types = [], profile = "core" } = options;
  const clauses = texts.map(({ number, ...text }): Clause => ({ id: `${prefix}-${number}`, profile, ...text }));
  return { prefix, title, ...(introduction !== undefined && { introduction }), types, clauses };
}
