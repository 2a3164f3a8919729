import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The strategy of a mutation, whose suite must catch it. */
export type SuiteName = "docker" | "swarm";

/** A known fault: a text of a source file is replaced when the tests read the file. */
export interface Mutation {
  /** The fault in a few words. Unique within its suite. */
  name: string;
  suite: SuiteName;
  /** Path from the root of the checkout. */
  file: string;
  /** Occurs once in the file. Line breaks, spaces and trailing commas don't need to match, since the formatter changes them. */
  find: string;
  replace: string;
  /** The cases of the contract that must fail: a regular expression on their full names. */
  kills: string;
}

/** The id that selects a mutation. */
export const idOf = ({ suite, name }: Pick<Mutation, "suite" | "name">): string => `${suite}: ${name}`;

/** Matches a mutation's text in a source file, with any line breaks. */
export const patternOf = (find: string): RegExp =>
  new RegExp(
    find
      .trim()
      .split(/\s+/)
      .map((word) =>
        word
          .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
          .replace(/\\[([{]/g, "$&\\s*")
          .replace(/\\[)\]}]/g, ",?\\s*$&"),
      )
      .join("\\s+")
      .replaceAll("\\s*\\s+", "\\s*")
      .replaceAll("\\s+,?\\s*", ",?\\s*"),
    "g",
  );

const HOW_TO_FIX =
  "Update the row in tooling/mutations/src/table with the code that would contain the fault now, or delete the row if the " +
  "fault is no longer possible.";

/** The problem of a mutation's text, and what to do. Undefined if it occurs once in its file. */
export async function staleness({ file, find }: Mutation): Promise<string | undefined> {
  const source = await readFile(join(root, file), "utf8").catch(() => undefined);
  if (source === undefined) return `there is no file ${file}. ${HOW_TO_FIX}`;
  const times = [...source.matchAll(patternOf(find))].length;
  return times === 1 ? undefined : `the text occurs ${times} times in ${file}. ${HOW_TO_FIX}`;
}
