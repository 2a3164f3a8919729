import { afterEach, expect, test } from "vitest";
import { beginWait, observeWaits, type Wait, whileWaiting } from "./waits.js";

const engine: Wait = { subject: "the engine at tcp://a", action: "list services", level: "call" };

let stop = (): void => {};
afterEach(() => stop());

function observed(): string[] {
  const seen: string[] = [];
  stop = observeWaits((wait, isOver) => seen.push(`${wait.action}: ${isOver ? "over" : "begun"}`));
  return seen;
}

test("beginWait() reports the beginning, and the end once", () => {
  const seen = observed();
  const end = beginWait(engine);
  expect(seen).toEqual(["list services: begun"]);
  end();
  end();
  expect(seen).toEqual(["list services: begun", "list services: over"]);
});

test("observeWaits() receives equal waits as different objects, and each wait as the same object", () => {
  const begun = new Set<Wait>();
  stop = observeWaits((wait, isOver) => void (isOver ? begun.delete(wait) : begun.add(wait)));
  const ends = [beginWait(engine), beginWait(engine)];
  expect(begun.size).toBe(2);
  ends[0]?.();
  expect(begun.size).toBe(1);
});

test("whileWaiting() reports the end of work that fails", async () => {
  const seen = observed();
  await expect(whileWaiting(engine, () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  expect(seen).toEqual(["list services: begun", "list services: over"]);
});

test("waits that no one observes are not reported later", () => {
  const end = beginWait(engine);
  const seen = observed();
  end();
  expect(seen).toEqual([]);
});
