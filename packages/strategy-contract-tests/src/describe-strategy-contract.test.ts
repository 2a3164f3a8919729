import { expect, test } from "vitest";
import { chooseGroups } from "./describe-strategy-contract.js";

test("chooseGroups() puts each group into exactly one shard", () => {
  const shards = [1, 2, 3].map((index) => chooseGroups({ shard: { index, count: 3 } }));
  expect(shards.flat().toSorted()).toEqual(chooseGroups({}).toSorted());
  expect(
    Math.max(...shards.map(({ length }) => length)) - Math.min(...shards.map(({ length }) => length)),
  ).toBeLessThan(2);
});

test("chooseGroups() divides the groups of `only`", () => {
  const only = ["remove", "update", "lock"] as const;
  expect(chooseGroups({ only, shard: { index: 2, count: 2 } })).toEqual(["update"]);
});
