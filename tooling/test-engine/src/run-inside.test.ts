import { expect, test } from "vitest";
import { splitStreams } from "./run-inside.js";

test("splitStreams() splits the engine's frames into both streams", () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const bytes = Buffer.concat([frame(1, "a é\n"), frame(2, "wrong\n"), frame(1, "b\n")]);
  expect(splitStreams(bytes)).toEqual({ stdout: "a é\nb\n", stderr: "wrong\n" });
});
