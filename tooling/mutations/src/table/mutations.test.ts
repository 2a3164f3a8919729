import { expect, test } from "vitest";
import { idOf } from "../mutation.ts";
import { staleness } from "../staleness.ts";
import { mutations } from "./mutations.ts";

const named = mutations.map((mutation) => [idOf(mutation), mutation] as const);

// Whoever changes a strategy sees here, and not only when the mutations run, which of them have to follow.
test.each(named)("%s is found in the source, once", async (_, mutation) => {
  const stale = await staleness(mutation);
  if (stale !== undefined) throw new Error(stale);
});

test("each has a name of its own, changes something, and is killed by cases that can be told", () => {
  const names = named.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { find, replace, kills } of mutations) {
    expect(replace).not.toBe(find);
    expect(() => new RegExp(kills)).not.toThrow();
  }
});
