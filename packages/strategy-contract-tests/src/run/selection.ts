import type { Clause } from "../specification/clause.js";

/** The part of the contract that a command line selects. Default: all of it. */
export interface Selection {
  /** Groups of cases, and ids of clauses. */
  only?: readonly string[];
  /** Cases that test a clause of one of these profiles. */
  profiles?: readonly string[];
  /** Every `count`-th group of cases, beginning with the `index`-th from 1. */
  shard?: { index: number; count: number };
}

/** The reason of a case that the selection leaves out. */
export const NOT_SELECTED = "not selected";

/** The group of a case. */
export const groupOf = (caseName: string): string => caseName.split(" > ")[0] ?? caseName;

/**
 * Whether a selection includes a case.
 * @param tested the clauses that it tests.
 * @param groups those of the shard.
 */
export function isSelected(
  { only, profiles }: Selection,
  caseName: string,
  tested: readonly Pick<Clause, "id" | "profile">[],
  groups: readonly string[],
): boolean {
  const group = groupOf(caseName);
  const isOnly = only === undefined || only.includes(group) || tested.some(({ id }) => only.includes(id));
  const isOfProfile = profiles === undefined || tested.some(({ profile }) => profiles.includes(profile));
  return isOnly && isOfProfile && groups.includes(group);
}

/** The clauses that a selection lists: those with a selected case, and of its profiles those without cases, too. */
export const selectClauses = (clauses: readonly Clause[], { only, profiles }: Selection): Clause[] =>
  clauses.filter(
    ({ id, profile, cases }) =>
      (profiles?.includes(profile) ?? true) &&
      (only === undefined || only.includes(id) || cases.some((name) => only.includes(groupOf(name)))),
  );
