import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

interface Cell {
  passed: number;
  failed: number;
  skipped: number;
}

const EMPTY: Cell = { passed: 0, failed: 0, skipped: 0 };

/**
 * Prints the results of the contract: a row for each group of cases, a column for each strategy and engine; then the
 * reasons of skipped cases.
 */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const table = new Map<string, Map<string, Cell>>();
    const reasons = new Map<string, Map<string, number>>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { target, group } = cellOf(test);
      const row = table.get(group) ?? new Map<string, Cell>();
      table.set(group, row.set(target, count(row.get(target) ?? EMPTY, test)));
      const result = test.result();
      if (result.state !== "skipped") continue;
      const reason = result.note ?? "not selected for this run";
      const targets = reasons.get(reason) ?? new Map<string, number>();
      reasons.set(reason, targets.set(target, (targets.get(target) ?? 0) + 1));
    }
    const targets = [...new Set([...table.values()].flatMap((row) => [...row.keys()]))];
    const total = new Map(targets.map((target) => [target, sum([...table.values()].map((row) => row.get(target)))]));
    const rows = [...table, ["all", total] as const];
    const lines = [
      ["", ...targets],
      ...rows.map(([group, row]) => [group, ...targets.map((target) => text(row.get(target)))]),
    ];
    process.stdout.write(`\nPassed cases:\n\n${aligned(lines)}\n`);
    for (const [reason, skipped] of [...reasons].sort(([a], [b]) => a.localeCompare(b))) {
      const where = [...skipped].map(([target, times]) => `${target}: ${times}`).join(", ");
      process.stdout.write(`skipped: ${reason} (${where})\n`);
    }
  }
}

/** `strategy contract: docker 28.5 > remove > ...`: the target and the group of a case. */
function cellOf(test: TestCase): { target: string; group: string } {
  const names: string[] = [];
  for (let suite = test.parent; suite.type === "suite"; suite = suite.parent as TestSuite) names.unshift(suite.name);
  return { target: (names[0] ?? "").replace(/^strategy contract: /, ""), group: names[1] ?? "" };
}

function count(cell: Cell, test: TestCase): Cell {
  const { state } = test.result();
  // A pending case was interrupted.
  const kind = state === "passed" || state === "skipped" ? state : "failed";
  return { ...cell, [kind]: cell[kind] + 1 };
}

const sum = (cells: (Cell | undefined)[]): Cell => ({
  passed: cells.reduce((all, cell) => all + (cell?.passed ?? 0), 0),
  failed: cells.reduce((all, cell) => all + (cell?.failed ?? 0), 0),
  skipped: cells.reduce((all, cell) => all + (cell?.skipped ?? 0), 0),
});

/** A dash if every case was skipped. */
function text({ passed, failed, skipped }: Cell = EMPTY): string {
  if (passed + failed === 0) return "-";
  const all = passed + failed + skipped;
  return `${passed}/${all}${failed > 0 ? ` ${failed} FAILED` : ""}`;
}

const aligned = (lines: string[][]): string =>
  lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(Math.max(...lines.map((each) => (each[column] ?? "").length))))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
