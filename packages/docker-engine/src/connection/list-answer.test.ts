import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { readList } from "./list-answer.js";

function answer(...chunks: readonly (string | Buffer | null)[]): IncomingMessage {
  const response = new IncomingMessage(new Socket());
  for (const chunk of chunks) response.push(chunk);
  return response;
}

/** More than is parsed as a whole. The last element follows. */
const LONG = `[{"a":1},"${"x".repeat(1024 ** 2)}",`;

const same = (element: unknown): unknown => element;

describe("readList()", () => {
  it("returns what the function returned for each element, in order", async () => {
    const read = (element: unknown, index: number) =>
      index === 1 ? Promise.resolve([index, element]) : [index, element];
    const expected = [
      [0, { a: 1 }],
      [1, { b: 2 }],
      [2, 3],
    ];
    await expect(readList(answer('[{"a":1},{"b"', ":2},3]", null), read)).resolves.toEqual(expected);
  });

  it("passes the elements of a long answer on before the rest of it has arrived", async () => {
    const response = answer(LONG);
    const { promise: first, resolve } = Promise.withResolvers<unknown>();
    const read = readList(response, (element) => resolve(element));
    await expect(first).resolves.toEqual({ a: 1 });
    response.push("2]");
    response.push(null);
    await expect(read).resolves.toHaveLength(3);
  });

  it.each(["2", "]]", "] 2", "]".repeat(3), ",]", ""])(
    "returns bytes for a long list that ends with %j",
    async (end) => {
      expect(await readList(answer(LONG, end, null), same)).toBeInstanceOf(Buffer);
    },
  );

  it("joins a character that is split over two chunks", async () => {
    const bytes = Buffer.from('["Mühle"]');
    await expect(readList(answer(bytes.subarray(0, 4), bytes.subarray(4), null), same)).resolves.toEqual(["Mühle"]);
  });

  it.each(["[1", "[1,]", "[nonsense]", '[{"a":1}', "[1] 2", "nonsense"])(
    "returns bytes for %j, which is no JSON",
    async (text) => {
      expect(await readList(answer(text, null), same)).toBeInstanceOf(Buffer);
    },
  );

  it("returns another answer as data, and undefined for an empty one", async () => {
    await expect(readList(answer(' {"message"', ':"no"}', null), same)).resolves.toEqual({ message: "no" });
    await expect(readList(answer(null), same)).resolves.toBeUndefined();
  });

  it("rejects with the connection's error, and with ECONNRESET without one", async () => {
    for (const [error, code] of [
      [Object.assign(new Error("no"), { code: "EPIPE" }), "EPIPE"],
      [undefined, "ECONNRESET"],
    ] as const) {
      const response = answer("[1,");
      const read = readList(response, same);
      response.destroy(error);
      await expect(read).rejects.toMatchObject({ code });
    }
  });

  it("rejects with the error of the function, and closes the connection", async () => {
    const response = answer(LONG);
    const read = readList(response, () => {
      throw new Error("wrong element");
    });
    await expect(read).rejects.toThrow("wrong element");
    expect(response.destroyed).toBe(true);
  });

  it("rejects with ENGINE_ERROR for an answer that is longer than 256 MiB, before it is read", async () => {
    const response = answer("[1]");
    response.headers["content-length"] = String(256 * 1024 ** 2 + 1);
    const read = readList(response, () => expect.unreachable());
    await expect(read).rejects.toMatchObject({ code: "ENGINE_ERROR", message: expect.stringContaining("256 MiB") });
  });
});
