import { expect, test } from "vitest";
import { freeSubnet } from "./network.js";

test("freeSubnet() skips a range that is in use", () => {
  const first = freeSubnet([], 7);
  const second = freeSubnet([first.cidr], 7);
  expect(second.cidr).not.toBe(first.cidr);
  expect(second.cidr).toMatch(/^10\.213\.\d+\.0\/24$/);
  expect(second.address(11)).toBe(second.cidr.replace("0/24", "11"));
});
