import { describe, expect, it } from "vitest";
import { ListSplitter } from "./list-splitter.js";

/** The state after these chunks, and the elements. */
function split(...chunks: readonly (string | Buffer)[]) {
  const splitter = new ListSplitter();
  const texts = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  return { texts, isComplete: splitter.isComplete };
}

/** Objects with texts that look like the structure around them, in every kind of value. */
const LIST = [
  { name: "a,b", list: [1, [2, { deep: ["]"] }]], text: 'quote " and bracket ]}' },
  { path: "C:\\", escaped: '\\"],', key: { "}": "{" } },
  { text: "Mühle 工場 🏭", empty: {}, none: [], value: null, truth: true, number: -1.5e3 },
  "text, with ] brackets",
  [[], {}],
  7,
];

describe("ListSplitter", () => {
  const bytes = Buffer.from(JSON.stringify(LIST, undefined, 1));

  it("finds the same elements as JSON.parse(), wherever the bytes are cut in two", () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const { texts, isComplete } = split(bytes.subarray(0, at), bytes.subarray(at));
      expect([isComplete, texts.map((text) => JSON.parse(text))], `cut at ${at}`).toEqual([true, LIST]);
    }
  });

  it("finds the same elements if each byte is a separate chunk", () => {
    const { texts, isComplete } = split(...Array.from(bytes, (byte) => Buffer.from([byte])));
    expect([isComplete, texts.map((text) => JSON.parse(text))]).toEqual([true, LIST]);
  });

  it("returns an element as soon as it has ended", () => {
    const splitter = new ListSplitter();
    expect(splitter.push(Buffer.from('[{"a":1},{"b"'))).toEqual(['{"a":1}']);
    expect(splitter.push(Buffer.from(":2}"))).toEqual([]);
    expect(splitter.push(Buffer.from(","))).toEqual(['{"b":2}']);
    expect(splitter.isComplete).toBe(false);
  });

  it.each(["[]", " [ \n] \n"])("finds no element in %j", (text) => {
    expect(split(text)).toMatchObject({ texts: [], isComplete: true });
  });

  it.each(["[", "[1", "[1,", '["a', "[{]", "[1}", "[1] 2", "[1]]", "[1],"])("does not complete %j", (text) => {
    expect(split(text).isComplete).toBe(false);
  });

  it.each(["[,]", "[1,]", "[1,,2]"])("returns an empty text for an element that is missing in %j", (text) => {
    expect(split(text).texts).toContain("");
  });

  it.each(['{"message":"no"}', "no", "  null", "\u{FEFF}[]", "", " \n"])("finds no list in %j", (text) => {
    expect(split(...text)).toEqual({ texts: [], isComplete: false });
  });
});
