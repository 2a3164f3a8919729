import { expect, test } from "vitest";
import { idOf, staleness } from "../mutation.ts";
import { mutations } from "./mutations.ts";

const named = mutations.map((mutation) => [idOf(mutation), mutation] as const);

// Detects rows that need an update after a change of a strategy, without running the mutations.
test.each(named)("the text of %s occurs once in the source", async (_, mutation) => {
  const stale = await staleness(mutation);
  if (stale !== undefined) throw new Error(stale);
});

test("every mutation has a unique name, changes its text, and has a valid pattern of cases", () => {
  const names = named.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { find, replace, kills } of mutations) {
    expect(replace).not.toBe(find);
    expect(() => new RegExp(kills)).not.toThrow();
  }
});
