import { describe, expect, test } from "vitest";
import { limit, mapLimit } from "./concurrency.js";

test("limit() runs at most `size` functions at a time, runs all of them, and frees the slot of a failed one", async () => {
  const limited = limit(2);
  let busy = 0;
  let busiest = 0;
  const work = async (): Promise<void> => {
    busiest = Math.max(busiest, ++busy);
    await new Promise((resolve) => setImmediate(resolve));
    busy -= 1;
  };
  const failing = limited(() => Promise.reject(new Error("no")));
  await Promise.all([expect(failing).rejects.toThrow("no"), ...Array.from({ length: 9 }, () => limited(work))]);
  expect(busiest).toBe(2);
});

describe("mapLimit()", () => {
  test("returns results in the order of the items", async () => {
    expect(await mapLimit(2, [3, 1, 2], async (item) => item * 2)).toEqual([6, 2, 4]);
    expect(await mapLimit(2, [], async (item) => item)).toEqual([]);
  });

  test("rejects with the first error", async () => {
    const failing = mapLimit(2, [1, 2, 3], (item) => Promise.reject(new Error(`no ${item}`)));
    await expect(failing).rejects.toThrow("no 1");
  });
});
