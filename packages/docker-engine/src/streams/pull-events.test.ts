import { expect, it } from "vitest";
import { collect, inPieces } from "../../test/bytes.js";
import { pullEvents } from "./pull-events.js";

const fault = (words: string): Error => new Error(`told: ${words}`);

const stream = (...messages: object[]) =>
  inPieces(Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join("")), 11);

it("gives layers and bytes", async () => {
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

it("throws the stream's own error", async () => {
  const events = stream(
    { status: "Pulling" },
    { errorDetail: { message: "manifest unknown" }, error: "manifest unknown" },
  );
  await expect(collect(pullEvents(events, fault))).rejects.toThrow("told: manifest unknown");
});
