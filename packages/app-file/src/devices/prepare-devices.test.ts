import { expect, test } from "vitest";
import { inTurn } from "./prepare-devices.js";

test("runs no more than so many tasks at the same time, and all of them, failures included", async () => {
  const limited = inTurn(3);
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
