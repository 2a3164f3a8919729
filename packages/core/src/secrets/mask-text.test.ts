import { describe, expect, test } from "vitest";
import { maskText, maskWords } from "./mask-text.js";

describe("maskText() masks", () => {
  test.each([
    ["PASSWORD=x and more", "PASSWORD=*** and more"],
    ["my-api_key: x, next", "my-api_key: ***, next"],
    ["--token x --other y", "--token *** --other y"],
    ["a.auth.users=x", "a.auth.users=***"],
    [`token = "a b" c`, "token = *** c"],
    ["token='a b'c", "token=***c"],
    ["Authorization: Bearer abcdef123", "Authorization: ***"],
    ["token: basic", "token: ***"],
    [`secret="never closed`, "secret=***"],
    ["Bearer abcdef123", "Bearer ***"],
    ["amqp://ada:hunter2@broker", "amqp://ada:***@broker"],
  ])("%s", (text, masked) => expect(maskText(text)).toBe(masked));
});

test.each(["passive=x", "token x", "the token is x", "a=b", "token="])("maskText() leaves %s as it is", (text) =>
  expect(maskText(text)).toBe(text),
);

test("maskWords() masks the word after a flag", () => {
  expect(maskWords(["curl", "--token", "x", "--pass.word", "--verbose", "-u", "ada:hunter2"])).toEqual([
    "curl",
    "--token",
    "***",
    "--pass.word",
    "--verbose",
    "-u",
    "ada:***",
  ]);
});
