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

test("aligns columns, and is as wide as it gets in a pipe", () => {
  expect(table(columns, rows)).toBe("A           B           C\naaaaaaaaaa  bbbbbbbbbb  cccccccccc\n");
});

test("leaves columns out where they don't fit, and cuts what is left", () => {
  expect(table(columns, rows, 30)).toBe("A           C\naaaaaaaaaa  cccccccccc\n");
  expect(table(columns, rows, 12)).toBe("A\naaaaaaaaaa\n");
  expect(table(columns, rows, 9)).toBe("A\naaaa...\n");
});

test("no cell breaks a line or moves the cursor", () => {
  expect(table(columns, [{ a: "x\ny", b: "\u001b[31mred", c: "" }])).toBe("A    B        C\nx y  [31mred\n");
});
