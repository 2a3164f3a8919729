import { expect, test } from "vitest";
import { type Column, table } from "./table.js";

interface Row {
  a: string;
  b: string;
  c: string;
}
const columns: Column<Row>[] = [
  { title: "A", cell: ({ a }) => a },
  { title: "B", cell: ({ b }) => b, dropRank: 2 },
  { title: "C", cell: ({ c }) => c, dropRank: 1 },
];
const rows = [{ a: "aaaaaaaaaa", b: "bbbbbbbbbb", c: "cccccccccc" }];

test("table() aligns columns, without a limit in a pipe", () => {
  expect(table(columns, rows)).toBe("A           B           C\naaaaaaaaaa  bbbbbbbbbb  cccccccccc\n");
});

test("table() drops columns that don't fit, and cuts the others", () => {
  expect(table(columns, rows, 30)).toBe("A           C\naaaaaaaaaa  cccccccccc\n");
  expect(table(columns, rows, 12)).toBe("A\naaaaaaaaaa\n");
  expect(table(columns, rows, 9)).toBe("A\naaaa...\n");
});

test("table() removes newlines and control characters from cells", () => {
  expect(table(columns, [{ a: "x\ny", b: "\u001b[31mred", c: "" }])).toBe("A    B        C\nx y  [31mred\n");
});
