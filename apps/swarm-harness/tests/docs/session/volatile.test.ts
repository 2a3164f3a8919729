import { expect, test } from "vitest";
import { showsSame } from "./volatile.js";

test.each([
  ["web running 1/1 1.3 s", "web  running  1/1  12 ms"],
  ["created 3 s ago", "created 12 min ago"],
  ["container 0123456789abcdef stopped", "container fedcba987654 stopped"],
  ["instance yl60rinnk3y9, node node-3", "instance kl18n3w6utny, node node-2"],
  ["a\nb\nc", "a\n...\nc"],
  ["a\nb", "a\n..."],
  ["a", "a\n..."],
  ["a\na\nb", "a\nb"],
])("showsSame() accepts %j for %j", (actual, shown) => {
  expect(showsSame(actual, shown)).toBe(true);
});

test.each([
  ["web running", "web failed"],
  ["a\nb", "a"],
  ["a", "a\nb"],
  ["2 created", "3 created"],
  ["a\nb", "...\na"],
])("showsSame() refuses %j for %j", (actual, shown) => {
  expect(showsSame(actual, shown)).toBe(false);
});
