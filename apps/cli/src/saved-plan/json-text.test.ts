import { expect, test } from "vitest";
import { offsetOfPath, syntaxErrorOffset } from "./json-text.js";

const TEXT = '{"a": [1, {"b": "x\\"]"}, []], "c": {}, "d": null}';

test.each([
  [["a"], "["],
  [["a", 1], "{"],
  [["a", 1, "b"], '"x'],
  [["a", 2], "[]"],
  [["c"], "{}"],
  [["d"], "null"],
  [["c", "missing"], "{}"],
  [["missing"], "{"],
])("offsetOfPath(%j) is the position of the value, or of its closest parent", (path, start) => {
  expect(TEXT.slice(offsetOfPath(TEXT, path)).startsWith(start)).toBe(true);
});

test.each([
  ["", 0],
  ["{", 1],
  ['{"a": 1', 7],
  ['{"a": "cut', 6],
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ["{a: 1}", 1],
  ["[1 2]", 3],
  ["[1, 2}", 5],
  ["[,]", 1],
  ['{"a": 1} more', 9],
  ["  plan", 2],
])("syntaxErrorOffset(%j) is %i", (text, offset) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(syntaxErrorOffset(text)).toBe(offset);
});

test("a text that is nested deeply is read without recursion", () => {
  const text = "[".repeat(200_000);
  expect(syntaxErrorOffset(text)).toBe(200_000);
});
