import { describe, expect, test, vi } from "vitest";
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

  test("makes at most `size` calls at a time, and another whenever one has ended", async () => {
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const done = mapLimit(2, [1, 2, 3], (item) => {
      begun.push(item);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
    expect(begun).toEqual([1, 2]);
    ends[1]?.();
    await vi.waitFor(() => expect(begun).toEqual([1, 2, 3]));
    for (const end of ends) end();
    expect(await done).toHaveLength(3);
  });

  test("rejects with the first error, and starts no other call", async () => {
    const begun: number[] = [];
    const failing = mapLimit(2, [1, 2, 3, 4], (item) => {
      begun.push(item);
      return item === 1 ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve();
    });
    await expect(failing).rejects.toThrow("no 1");
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([1, 2]);
  });
});
