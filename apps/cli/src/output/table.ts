import { fit } from "./format.js";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  /** Columns with the highest rank are dropped first on a narrow terminal. Without a rank, a column is never dropped. */
  dropRank?: number;
}

const GAP = 2;

/**
 * A table of left-aligned columns.
 * @param width the width of the terminal: drops columns and cuts cells until the table fits. Undefined for a pipe: no limit.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width?: number): string {
  const cells = columns.map((column) => [column.title, ...rows.map(column.cell)].map((cell) => fit(cell, 200)));
  const widths = cells.map((column) => Math.max(...column.map((cell) => cell.length)));
  const shown = chooseColumns(columns, widths, width);
  const room = width === undefined ? Infinity : Math.max(6, Math.floor(width / shown.length) - GAP);
  const isTight = total(shown, widths) > (width ?? Infinity);
  const limits = widths.map((each) => (isTight ? Math.min(each, room) : each));
  return [undefined, ...rows]
    .map((_, line) =>
      shown.map((column) => fit(cells[column]?.[line] ?? "", limits[column] ?? 0).padEnd(limits[column] ?? 0)),
    )
    .map((line) => `${line.join(" ".repeat(GAP)).trimEnd()}\n`)
    .join("");
}

function chooseColumns<Row>(columns: readonly Column<Row>[], widths: readonly number[], width = Infinity): number[] {
  let shown = columns.map((_, index) => index);
  const droppable = shown
    .filter((index) => columns[index]?.dropRank !== undefined)
    .sort((a, b) => (columns[b]?.dropRank ?? 0) - (columns[a]?.dropRank ?? 0));
  for (const index of droppable) {
    if (total(shown, widths) <= width) break;
    shown = shown.filter((each) => each !== index);
  }
  return shown;
}

const total = (shown: readonly number[], widths: readonly number[]): number =>
  shown.reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, -GAP);
