import { expect, it } from "vitest";
import { frame } from "../../test/bytes.js";
import { FrameReader } from "./multiplex.js";

function framesOf(bytes: Buffer, length: number): { frames: [string, string][]; torn: boolean } {
  const reader = new FrameReader();
  const frames: [string, string][] = [];
  for (let start = 0; start < bytes.length; start += length) {
    for (const { stream, payload } of reader.push(bytes.subarray(start, start + length))) {
      frames.push([stream, payload.toString()]);
    }
  }
  return { frames, torn: reader.torn };
}

const bytes = Buffer.concat([frame(1, "out\n"), frame(2, "ärr"), frame(1, ""), frame(0, "in"), frame(3, "words")]);

it("gives the same frames however the bytes are split", () => {
  for (let length = 1; length <= bytes.length; length++) {
    expect(framesOf(bytes, length)).toEqual({
      frames: [
        ["stdout", "out\n"],
        ["stderr", "ärr"],
        ["stdout", ""],
        ["stdout", "in"],
        ["engine", "words"],
      ],
      torn: false,
    });
  }
});

it("tells whether the stream broke off within a header or a payload", () => {
  const whole = frame(1, "").length;
  expect(framesOf(bytes.subarray(0, 4), 4).torn).toBe(true);
  expect(framesOf(bytes.subarray(0, whole + 2), 4).torn).toBe(true);
});

it("joins a payload of many pieces", () => {
  const long = "x".repeat(300_000);
  expect(framesOf(frame(2, long), 1000).frames).toEqual([["stderr", long]]);
});

it.each([
  ["another stream type", Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 65])],
  ["text", Buffer.from("\x01plain text")],
])("refuses %s", (_what, wrong) => {
  expect(() => framesOf(wrong, 100)).toThrow("not in the multiplexed format");
});
