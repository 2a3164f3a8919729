import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { readBody } from "./body.js";

const answer = (): IncomingMessage => new IncomingMessage(new Socket());

it("reads to the end, a letter that comes in two pieces too", async () => {
  const response = answer();
  const read = readBody(response);
  const bytes = Buffer.from("Mühle");
  for (const piece of [bytes.subarray(0, 2), bytes.subarray(2), null]) response.push(piece);
  await expect(read).resolves.toBe("Mühle");
});

it("rejects with what broke it, and where nobody says what, all the same", async () => {
  for (const [error, code] of [
    [Object.assign(new Error("no"), { code: "EPIPE" }), "EPIPE"],
    [undefined, "ECONNRESET"],
  ] as const) {
    const response = answer();
    const read = readBody(response);
    response.push("half");
    response.destroy(error);
    await expect(read).rejects.toMatchObject({ code });
  }
});
