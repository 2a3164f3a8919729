import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MutationResult } from "./judge.ts";
import { root } from "./mutation.ts";

const README = "packages/strategy-contract-tests/README.md";
const BEGIN = "<!-- mutations: begin -->";
const END = "<!-- mutations: end -->";

/** Without the common prefix of all names: `strategy contract: docker `. */
const caseOf = (detail: string): string => detail.replace(/^strategy contract: \S+ /, "").replaceAll("|", "\\|");

const row = ({ mutation, verdict, detail }: MutationResult): string =>
  `| ${mutation.suite} | ${mutation.name} | ${verdict} | ${caseOf(detail)} |`;

/** Writes the results to the README of the contract tests, between its two markers. */
export async function writeTable(results: readonly MutationResult[]): Promise<void> {
  const path = join(root, README);
  const text = await readFile(path, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${README} does not contain the marker ${BEGIN}`);
  const table = ["| strategy | mutation | result | by the case |", "|---|---|---|---|", ...results.map(row)];
  await writeFile(path, `${before}${BEGIN}\n${table.join("\n")}\n${END}${after}`);
}
