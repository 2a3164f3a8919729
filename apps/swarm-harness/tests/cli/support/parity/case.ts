/**
 * How a statement compares this project with OpenFactory's own deployment. `added`: OpenFactory has nothing like it.
 */
export type Status = "identical" | "better" | "not supported" | "added";

/** Proves a statement on a small file of our own, and rejects if it is false. */
export type Check = () => Promise<void>;

/** One row of the page: a statement, and what proves it. */
export interface ParityCase {
  /** Keys, variables, labels, commands, or a rule in words. */
  items: readonly string[];
  status: Status;
  /** Markdown: what holds, and for any status but `identical`, why. */
  note: string;
  check: Check;
  /** The row also speaks for the keys below its own. */
  below?: true;
}

/** The cases of one table: `<!-- table: id -->` on the page. */
export interface ParityTable {
  id: string;
  /** What heads the column of the items. */
  heading: string;
  /** The items are keys of the file, below this path. */
  keysBelow?: string;
  cases: readonly ParityCase[];
}

type Row = (items: string | readonly string[], note: string, check: Check, options?: { below?: true }) => ParityCase;

const rowOf =
  (status: Status): Row =>
  (items, note, check, options = {}) => ({
    items: typeof items === "string" ? [items] : items,
    status,
    note,
    check,
    ...options,
  });

export const identical = rowOf("identical");
export const better = rowOf("better");
export const notSupported = rowOf("not supported");
export const added = rowOf("added");

/** A check of several checks. */
export const all =
  (...checks: readonly Check[]): Check =>
  async () => {
    for (const check of checks) await check();
  };
