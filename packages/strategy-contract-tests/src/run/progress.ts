import { BENCHMARK_GROUP } from "./benchmark.js";
import type { CaseResult, RunProgress } from "./run-contract.js";
import type { Clause } from "../specification/clause.js";
import { clausesOfCases } from "../specification/specification.js";
import { groupOf, NOT_SELECTED } from "./selection.js";

/** The parts of the process that the command uses. */
export interface Output {
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
}

/** Prints a line for each group of cases when it ends, and each failed case. A terminal shows the current group, too. */
export class PrintedProgress implements RunProgress {
  readonly #output: Output;
  readonly #redact: (text: string) => string;
  readonly #clausesOf: (name: string) => Clause[];
  readonly #remaining = new Map<string, number>();
  readonly #results = new Map<string, CaseResult[]>();

  constructor(output: Output, clauses: readonly Clause[], redact: (text: string) => string) {
    this.#output = output;
    this.#redact = redact;
    this.#clausesOf = clausesOfCases(clauses);
  }

  collected(names: readonly string[]): void {
    for (const [group, all] of Map.groupBy(names, groupOf)) this.#remaining.set(group, all.length);
  }

  caseDone(result: CaseResult): void {
    const group = groupOf(result.name);
    const results = [...(this.#results.get(group) ?? []), result];
    this.#results.set(group, results);
    const remaining = (this.#remaining.get(group) ?? 1) - 1;
    this.#remaining.set(group, remaining);
    if (remaining === 0) this.#line(groupLine(group, results));
    else this.#status(`  ${group}: ${results.length} of ${results.length + remaining}`);
    if (result.state === "failed") this.#printFailure(result);
  }

  measured(title: string): void {
    this.#line(`  ${BENCHMARK_GROUP}: ${title}`);
  }

  printed(text: string): void {
    this.#status("");
    this.#output.stderr.write(text);
  }

  #printFailure({ name, message = "" }: CaseResult): void {
    const ids = this.#clausesOf(name).map(({ id }) => id);
    this.#line(`  FAILED ${this.#redact(name)}${ids.length > 0 ? ` [${ids.join(" ")}]` : ""}`);
    this.#line(`         ${this.#redact(message)}`);
  }

  #line(text: string): void {
    this.#status("");
    if (text !== "") this.#output.stdout.write(`${text}\n`);
  }

  /** Replaces the last line of a terminal. */
  #status(text: string): void {
    if (this.#output.stdout.isTTY) this.#output.stdout.write(`\r\u{1B}[K${text}`);
  }
}

/** The result of a group: empty if none of its cases was selected. */
function groupLine(group: string, results: readonly CaseResult[]): string {
  const selected = results.filter(({ reason }) => reason !== NOT_SELECTED);
  const counts = (["passed", "failed", "skipped"] as const).flatMap((wanted) => {
    const count = selected.filter(({ state }) => state === wanted).length;
    return count === 0 ? [] : [`${count} ${wanted}`];
  });
  return selected.length === 0 ? "" : `  ${group.padEnd(40)} ${counts.join(", ")}`;
}
