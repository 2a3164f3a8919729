import { expect, test } from "vitest";
import { freeSubnet } from "./subnet.js";

test("a range that is taken is passed over", () => {
  const first = freeSubnet([], 7);
  const second = freeSubnet([first.cidr], 7);
  expect(second.cidr).not.toBe(first.cidr);
  expect(second.cidr).toMatch(/^10\.213\.\d+\.0\/24$/);
  expect(second.address(11)).toBe(second.cidr.replace("0/24", "11"));
});
