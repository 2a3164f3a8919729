import { expect, it } from "vitest";
import { collect, inPieces } from "../../test/bytes.js";
import { anyObject } from "../answers/shape.js";
import { jsonLines, LineBuffer, pullEvents } from "./json-lines.js";

const items = [{ a: "ü" }, { b: [1, "\n"] }, {}];

it("jsonLines() parses the same objects for any chunks and line ends", async () => {
  const bytes = Buffer.from(`\n${items.map((item) => JSON.stringify(item)).join("\r\n")}`);
  for (let length = 1; length <= bytes.length; length++) {
    expect(await collect(jsonLines(inPieces(bytes, length), anyObject, "x"))).toEqual(items);
  }
});

it("jsonLines() rejects a line that is not JSON", async () => {
  const bytes = Buffer.from('{"a":1}\n<html>\n');
  await expect(collect(jsonLines(inPieces(bytes, 5), anyObject, "x"))).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    cause: { message: "<html>" },
  });
});

it("jsonLines() rejects a line of another shape, and one that never ends", async () => {
  await expect(
    collect(jsonLines(inPieces(Buffer.from("[]\n"), 5), anyObject, "report its events")),
  ).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: expect.stringContaining("when asked to report its events: expected an object, found a list"),
  });
  const long = Buffer.alloc(5 * 1024 ** 2, "x");
  await expect(collect(jsonLines(inPieces(long, 65_536), anyObject, "x"))).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: expect.stringContaining("longer than 4 MiB"),
  });
});

function linesOf(text: string, length: number): { lines: string[]; rest?: string } {
  const bytes = Buffer.from(text);
  const buffer = new LineBuffer();
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += length) {
    for (const line of buffer.push(bytes.subarray(start, start + length))) lines.push(line.toString());
  }
  return { lines, rest: buffer.rest()?.toString() };
}

it("LineBuffer returns the same lines for any chunks", () => {
  const text = "one\n\nzwölf €\nlast";
  for (let length = 1; length <= 20; length++) {
    expect(linesOf(text, length)).toEqual({ lines: ["one", "", "zwölf €"], rest: "last" });
  }
});

it("LineBuffer has no rest after a line end", () => {
  expect(linesOf("a\n", 1)).toEqual({ lines: ["a"], rest: undefined });
});

const fault = (words: string): Error => new Error(`emitted: ${words}`);

const stream = (...messages: object[]) =>
  inPieces(Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join("")), 11);

it("pullEvents() has layers and bytes", async () => {
  const events = await collect(
    pullEvents(
      stream(
        { status: "Downloading", id: "abc", progressDetail: { current: 1, total: 2 } },
        { status: "Status: done" },
      ),
      fault,
    ),
  );
  expect(events).toEqual([{ status: "Downloading", id: "abc", current: 1, total: 2 }, { status: "Status: done" }]);
});

it("pullEvents() throws the error within the stream", async () => {
  const events = stream(
    { status: "Pulling" },
    { errorDetail: { message: "manifest unknown" }, error: "manifest unknown" },
  );
  await expect(collect(pullEvents(events, fault))).rejects.toThrow("emitted: manifest unknown");
});
