import { expect, test } from "vitest";
import { orderCells, selectCells } from "./cells.js";
import { FAULTS } from "./faults.js";

const keysOf = (cells: readonly { call: number; fault: string }[]): string[] =>
  cells.map(({ call, fault }) => `${call} ${fault}`);

test.each([0, 1, 4, 18, 19, 20, 38, 114])("orderCells() contains each pair of %i calls and 19 faults once", (count) => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const keys = keysOf(orderCells(numbers, FAULTS));
  expect(keys).toHaveLength(count * FAULTS.length);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each([1, 4, 18, 19, 20, 38, 114])("one round of %i calls contains each call and each fault", (count) => {
  const cells = selectCells(count, { rounds: 1 });
  expect(cells).toHaveLength(Math.max(count, FAULTS.length));
  expect(new Set(cells.map(({ call }) => call)).size).toBe(count);
  expect(new Set(cells.map(({ fault }) => fault)).size).toBe(FAULTS.length);
});

test("a part of a round contains early and late calls, and each fault", () => {
  const cells = selectCells(114, { rounds: 0.01 });
  expect(new Set(cells.map(({ fault }) => fault)).size).toBe(FAULTS.length);
  for (let from = 1; from < 114; from += 19)
    expect(cells.filter(({ call }) => call >= from && call < from + 19).length).toBeGreaterThanOrEqual(2);
});

test("a later round contains the cells of the earlier ones", () => {
  const two = new Set(keysOf(selectCells(24, { rounds: 2 })));
  expect(keysOf(selectCells(24, { rounds: 1 })).filter((key) => !two.has(key))).toEqual([]);
  expect(two.size).toBe(48);
});

test("selectCells() selects calls, faults and each n-th cell", () => {
  expect(selectCells(9, { calls: [3], faults: ["503"] })).toEqual([{ call: 3, fault: "503" }]);
  expect(selectCells(9, { calls: [10] })).toEqual([]);
  expect(selectCells(9, { faults: ["503", "500"], every: 5 })).toHaveLength(4);
});
