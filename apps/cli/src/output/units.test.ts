import { expect, test } from "vitest";
import { inFileUnits } from "./units.js";

test.each([
  ["healthCheck.Interval", "1000000000", "1s"],
  ["healthCheck.Interval", "1500000000", "1500ms"],
  ["healthCheck.StartPeriod", "120000000000", "2m"],
  ["stopGracePeriod", "0", "0ns"],
  ["updateConfig.Delay", "1", "1ns"],
  ["resources.Limits.MemoryBytes", "536870912", "512Mi"],
  ["resources.Limits.MemoryBytes", "1000000", "1000000"],
  ["resources.Limits.NanoCPUs", "500000000", "0.5"],
  ["shmSize", "67108864", "64Mi"],
  ["env.MemoryBytes", "ten", "ten"],
  ["image", "1000", "1000"],
])("inFileUnits(%j, %j) is %j", (path, value, text) => {
  expect(inFileUnits(path, value)).toBe(text);
});
