import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Mutation, patternOf } from "./mutation.ts";
import { root } from "./root.ts";

const HOW_TO_FIX =
  "Update the row in tooling/mutations/src/table with the code that would contain the fault now, or delete the row if the " +
  "fault is no longer possible.";

/** What is wrong with a mutation's text, and what to do; undefined while it is in its file once. */
export async function staleness({ file, find }: Mutation): Promise<string | undefined> {
  const source = await readFile(join(root, file), "utf8").catch(() => undefined);
  if (source === undefined) return `there is no file ${file} . ${HOW_TO_FIX}`;
  const times = [...source.matchAll(patternOf(find))].length;
  return times === 1 ? undefined : `the text is ${times} times in ${file}. ${HOW_TO_FIX}`;
}
