import { expect, it } from "vitest";
import { LineBuffer } from "./lines.js";

function linesOf(text: string, length: number): { lines: string[]; rest?: string } {
  const bytes = Buffer.from(text);
  const buffer = new LineBuffer();
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += length) {
    for (const line of buffer.push(bytes.subarray(start, start + length))) lines.push(line.toString());
  }
  return { lines, rest: buffer.rest()?.toString() };
}

it("gives the same lines however the bytes are split", () => {
  const text = "one\n\nzwölf €\nlast";
  for (let length = 1; length <= 20; length++) {
    expect(linesOf(text, length)).toEqual({ lines: ["one", "", "zwölf €"], rest: "last" });
  }
});

it("has no rest after a line end", () => {
  expect(linesOf("a\n", 1)).toEqual({ lines: ["a"], rest: undefined });
});
