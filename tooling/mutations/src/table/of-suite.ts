import type { Mutation, SuiteName } from "../mutation.ts";

/** Rows of the table, each without its suite: name, file, find, replace, kills. */
export type Row = readonly [name: string, file: string, find: string, replace: string, kills: string];

export const ofSuite = (suite: SuiteName, rows: readonly Row[]): Mutation[] =>
  rows.map(([name, file, find, replace, kills]) => ({ name, suite, file, find, replace, kills }));
