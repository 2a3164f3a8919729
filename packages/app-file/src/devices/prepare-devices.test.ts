import { expect, test } from "vitest";
import { limitConcurrency } from "./prepare-devices.js";

test("limitConcurrency() runs all tasks, including failing ones, but only the given number at the same time", async () => {
  const limited = limitConcurrency(3);
  let running = 0;
  let most = 0;
  const task = (index: number) => async (): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (index === 4) throw new Error("four");
    return index;
  };
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => limited(task(index))));
  expect(most).toBe(3);
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
});
