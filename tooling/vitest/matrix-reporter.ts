import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

interface Cell {
  passed: number;
  failed: number;
}

/** Prints what the contract came to: a row for each group of cases, a column for each strategy and engine. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const table = new Map<string, Map<string, Cell>>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const [target, group] = place(test);
        const row = table.get(group) ?? new Map<string, Cell>();
        const cell = row.get(target) ?? { passed: 0, failed: 0 };
        table.set(group, row.set(target, count(cell, test)));
      }
    }
    const targets = [...new Set([...table.values()].flatMap((row) => [...row.keys()]))];
    const total = new Map(targets.map((target) => [target, sum([...table.values()].map((row) => row.get(target)))]));
    const lines = [["", ...targets], ...[...table, ["all", total] as const].map(([group, row]) => [group, ...targets.map((target) => text(row.get(target)))])];
    process.stdout.write(`\n${aligned(lines)}\n`);
  }
}

/** `strategy contract: docker 28.5 > remove > ...`: the target and the group of a case. */
function place(test: TestCase): [target: string, group: string] {
  const names: string[] = [];
  for (let suite = test.parent; suite.type === "suite"; suite = suite.parent as TestSuite) names.unshift(suite.name);
  return [(names[0] ?? "").replace(/^strategy contract: /, ""), names[1] ?? ""];
}

function count(cell: Cell, test: TestCase): Cell {
  const { state } = test.result();
  if (state === "skipped") return cell;
  return state === "passed" ? { ...cell, passed: cell.passed + 1 } : { ...cell, failed: cell.failed + 1 };
}

const sum = (cells: (Cell | undefined)[]): Cell => ({
  passed: cells.reduce((all, cell) => all + (cell?.passed ?? 0), 0),
  failed: cells.reduce((all, cell) => all + (cell?.failed ?? 0), 0),
});

/** A group of which every case was skipped is a dash. */
function text({ passed, failed }: Cell = { passed: 0, failed: 0 }): string {
  if (passed + failed === 0) return "-";
  return failed > 0 ? `${passed} passed, ${failed} FAILED` : String(passed);
}

const aligned = (lines: string[][]): string =>
  lines.map((line) => line.map((cell, column) => cell.padEnd(Math.max(...lines.map((each) => (each[column] ?? "").length)))).join("  ").trimEnd()).join("\n");
