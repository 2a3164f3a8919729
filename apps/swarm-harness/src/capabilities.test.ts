import { expect, test } from "vitest";
import { nodeRights } from "./capabilities.js";

test("with the full set a node is privileged", () => {
  expect(nodeRights("CapBnd:\t000001ffffffffff\n", 40)).toEqual({ Privileged: true });
  expect(nodeRights("", 40)).toEqual({ Privileged: true });
});

test("without SYS_RESOURCE a node gets each of the others by name", () => {
  const rights = nodeRights("CapBnd:\t000001fffeffffff\n", 40);
  expect(rights.Privileged).toBeUndefined();
  expect(rights.CapAdd).toHaveLength(37);
  expect(rights.CapAdd).toEqual(expect.arrayContaining(["CHOWN", "SYS_ADMIN", "AUDIT_READ"]));
  expect(rights.CapAdd).not.toContain("SYS_RESOURCE");
});
