import { expect, it } from "vitest";
import { collect, inPieces } from "../../test/bytes.js";
import { jsonLines } from "./json-lines.js";

const items = [{ a: "ü" }, { b: [1, "\n"] }, {}];

it("gives the same objects however the bytes are split, with any line end or none", async () => {
  const bytes = Buffer.from(`\n${items.map((item) => JSON.stringify(item)).join("\r\n")}`);
  for (let length = 1; length <= bytes.length; length++) {
    expect(await collect(jsonLines(inPieces(bytes, length)))).toEqual(items);
  }
});

it("refuses a line that is no JSON", async () => {
  const bytes = Buffer.from('{"a":1}\n<html>\n');
  await expect(collect(jsonLines(inPieces(bytes, 5)))).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    cause: { message: "<html>" },
  });
});
