/** Which of the two strategies a mutation is of, and so which suite has to catch it. */
export type SuiteName = "docker" | "swarm";

/** A known fault: a text of one source file is replaced by another, while the tests read it. */
export interface Mutation {
  /** What goes wrong, in a few words. Unique within its suite. */
  name: string;
  suite: SuiteName;
  /** From the root of the checkout. */
  file: string;
  /** Occurs in the file once. Line breaks, spaces and trailing commas need not match: the formatter decides on them. */
  find: string;
  replace: string;
  /** The cases of the contract that must fail: a regular expression on their full names. */
  kills: string;
}

/** What a mutation is chosen by. */
export const idOf = ({ suite, name }: Pick<Mutation, "suite" | "name">): string => `${suite}: ${name}`;

/** Finds a mutation's text in a source file, however the formatter has broken its lines. */
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
