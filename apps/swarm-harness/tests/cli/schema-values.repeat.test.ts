import { expect, test } from "vitest";
import { wronglyRefused } from "./support/schema-values.js";

test("the schema accepts every value of a key that `ofdeploy validate` accepts", { timeout: 300_000 }, async () => {
  const { tried, refused } = await wronglyRefused(1);
  expect(refused).toEqual([]);
  expect(tried).toBeGreaterThan(15_000);
});
