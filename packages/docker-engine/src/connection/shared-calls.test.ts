import { expect, test } from "vitest";
import { shortId } from "./shared-calls.js";

test("shortId() shortens ids to 12 digits, and keeps names", () => {
  expect(shortId("0123456789abcdef".repeat(4))).toBe("0123456789ab");
  expect(shortId("web-0123456789abcdef")).toBe("web-0123456789abcdef");
});
