/**
 * The result of comparing this project with OpenFactory's own deployment. `added`: OpenFactory has no equivalent.
 */
export type Status = "identical" | "better" | "not supported" | "added";

/** Proves a statement with a small file. Rejects if it is false. */
export type Check = () => Promise<void>;

/** One row of the page: a statement and its proof. */
export interface ParityCase {
  /** Keys, variables, labels, commands, or a rule in words. */
  items: readonly string[];
  status: Status;
  /** Markdown: the behavior, and the reason unless the status is `identical`. */
  note: string;
  check: Check;
  /** The row also covers the keys below its own. */
  below?: true;
}

/** The cases of one table: `<!-- table: id -->` on the page. */
export interface ParityTable {
  id: string;
  /** The title of the first column. */
  heading: string;
  /** The path of the file above the keys of the items. */
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

/** Runs several checks in sequence. */
export const all =
  (...checks: readonly Check[]): Check =>
  async () => {
    for (const check of checks) await check();
  };
