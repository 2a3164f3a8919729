import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mutation } from "./mutation.ts";
import { root } from "./root.ts";

const HOW_TO_FIX =
  "somebody has changed it: find where the same fault would be made now, and give the row in tooling/mutations/src/table " +
  "that text; if the fault can't be made any more, take the row out";

/** What is wrong with a mutation's text, and what to do; undefined while it is in its file once. */
export async function staleness({ file, find }: Mutation): Promise<string | undefined> {
  const source = await readFile(join(root, file), "utf8").catch(() => undefined);
  if (source === undefined) return `there is no file ${file} any more; ${HOW_TO_FIX}`;
  const times = source.split(find).length - 1;
  return times === 1 ? undefined : `the text is ${times} times in ${file}; ${HOW_TO_FIX}`;
}
