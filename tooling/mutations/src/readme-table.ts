import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Judgement } from "./judge.ts";
import { root } from "./root.ts";

const README = "packages/strategy-contract-tests/README.md";
const BEGIN = "<!-- mutations: begin -->";
const END = "<!-- mutations: end -->";

/** Without what all names begin with: `strategy contract: docker `. */
const caseOf = (detail: string): string => detail.replace(/^strategy contract: \S+ /, "").replaceAll("|", "\\|");

const row = ({ mutation, verdict, detail }: Judgement): string =>
  `| ${mutation.suite} | ${mutation.name} | ${verdict} | ${caseOf(detail)} |`;

/** Puts the judgements into the README of the contract tests, between its two markers. */
export async function writeTable(judgements: readonly Judgement[]): Promise<void> {
  const path = join(root, README);
  const text = await readFile(path, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${README} has no place for the table: ${BEGIN}`);
  const table = ["| strategy | mutation | result | by the case |", "|---|---|---|---|", ...judgements.map(row)];
  await writeFile(path, `${before}${BEGIN}\n${table.join("\n")}\n${END}${after}`);
}
