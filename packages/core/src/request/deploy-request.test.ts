import { describe, expect, test } from "vitest";
import { isServiceName, nameSchema } from "./deploy-request.js";

describe("nameSchema", () => {
  test.each(["ab", "a1", "1a", "Demo", "a-b_c", "a--b", "a".repeat(63)])("accepts %s", (name) => {
    expect(nameSchema.parse(name)).toBe(name);
    expect(isServiceName(name)).toBe(true);
  });

  test.each(["", "a", "a".repeat(64), "-ab", "ab-", "_ab", "ab_", "a.b", "a b", "a/b", "ab\n", "dé", "../ab", " ab"])(
    "rejects %j",
    (name) => {
      expect(nameSchema.safeParse(name).success).toBe(false);
      expect(isServiceName(name)).toBe(false);
    },
  );

  test.each([undefined, null, 12, ["ab"]])("rejects %j", (name) => {
    expect(isServiceName(name)).toBe(false);
  });
});
