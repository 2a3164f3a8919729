import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { merge } from "./logs.js";

async function* source(name: string, pauses: readonly number[], ended: string[] = []): AsyncGenerator<string> {
  try {
    for (const [index, pause] of pauses.entries()) {
      await delay(pause);
      yield `${name}${index}`;
    }
  } finally {
    ended.push(name);
  }
}

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

test("merge() yields items as they arrive, in the order of each source", async () => {
  const found = await all(merge([source("slow", [60, 10]), source("fast", [1, 1])]));
  expect(found).toEqual(["fast0", "fast1", "slow0", "slow1"]);
});

test("merge() of no source yields nothing", async () => {
  expect(await all(merge([]))).toEqual([]);
});

test("merge() ends all sources at the first error", async () => {
  const ended: string[] = [];
  async function* broken(): AsyncGenerator<string> {
    yield "once";
    throw new Error("broken");
  }
  await expect(all(merge([source("other", [1, 1, 1], ended), broken()]))).rejects.toThrow("broken");
  expect(ended).toEqual(["other"]);
});

test("merge() ends all sources when the consumer stops", async () => {
  const ended: string[] = [];
  for await (const _ of merge([source("a", [1, 1], ended), source("b", [1, 1], ended)])) break;
  expect(ended.sort()).toEqual(["a", "b"]);
});
