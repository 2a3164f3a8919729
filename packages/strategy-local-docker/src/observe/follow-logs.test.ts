import { expect, test } from "vitest";
import { Handover } from "./follow-logs.js";

test("a producer goes on when the consumer asks for the item after its own", async () => {
  const handover = new Handover<number>();
  const done: number[] = [];
  for (const item of [1, 2]) void handover.give(item).then(() => done.push(item));
  const items = handover.take();
  expect(items.next().value).toBe(1);
  await Promise.resolve();
  expect(done).toEqual([]);
  expect(items.next().value).toBe(2);
  await new Promise(setImmediate);
  expect(done).toEqual([1]);
  expect(items.next().done).toBe(true);
  await new Promise(setImmediate);
  expect(done).toEqual([1, 2]);
  expect(handover.isEmpty).toBe(true);
});

test("an item, or a wake, that came before the consumer waits wakes it at once", async () => {
  const handover = new Handover<number>();
  void handover.give(1);
  await handover.untilWoken();
  expect([...handover.take()]).toEqual([1]);
  handover.wake();
  await handover.untilWoken();
});

test("release lets all producers go on", async () => {
  const handover = new Handover<number>();
  const giving = [handover.give(1), handover.give(2)];
  handover.release();
  await Promise.all(giving);
  expect(handover.isEmpty).toBe(true);
});
