import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { containerAnswer } from "../../test/answers.js";
import { createEngine } from "../create-engine.js";

const COUNT = 100;
/** The kernel's and Node's buffers of a connection hold about 100 KB. A log that is kept in memory has no limit. */
const MAX_BYTES_EACH = 1024 ** 2;

let close = async (): Promise<void> => {};
afterEach(() => close());

const frame = (text: string): Buffer => {
  const payload = Buffer.from(`2026-01-01T00:00:00.000000000Z ${text}\n`);
  const head = Buffer.alloc(8);
  head.writeUInt8(1, 0);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
};
const event = Buffer.from(
  `${JSON.stringify({ Type: "container", Action: "die", Actor: { ID: "x", Attributes: {} }, time: 1, timeNano: 1 })}\n`,
);

/** An engine whose logs and events never end. */
async function endless() {
  const streams = new Map<ServerResponse, number>();
  const server = createServer((request, response) => {
    response.setHeader("Api-Version", "1.41");
    if (/_ping/.test(request.url ?? "")) return response.end("OK");
    if (/\/json/.test(request.url ?? "")) return response.end(JSON.stringify(containerAnswer()));
    const piece = /\/events/.test(request.url ?? "") ? event : frame("a line of a log");
    const burst = Buffer.concat(Array.from({ length: 100 }, () => piece));
    const write = (): void => {
      do streams.set(response, (streams.get(response) ?? 0) + burst.length);
      while (!response.destroyed && response.write(burst));
      response.once("drain", write);
    };
    return write();
  });
  const folder = mkdtempSync(join(tmpdir(), "ofd-"));
  const socketPath = join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const engine = createEngine({ host: `unix://${socketPath}`, env: {} });
  close = async () => {
    await engine.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  const sent = (): number[] => [...streams.values()];
  /** Resolves when the engine can't send more on any stream. With a reader without back-pressure, never. */
  const halted = async (): Promise<void> => {
    for (let quiet = 0, before = ""; quiet < 20 || streams.size < COUNT;) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const now = sent().join();
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  };
  return { engine, sent, halted };
}

test.each(["logs", "events"] as const)(
  "a hundred streams of %s without a reader hold back the engine",
  async (kind) => {
    const { engine, sent, halted } = await endless();
    const open = (): AsyncIterator<unknown> =>
      (kind === "logs" ? engine.containers.logs("demo", { follow: true }) : engine.events({}))[Symbol.asyncIterator]();
    const readers = Array.from({ length: COUNT }, open);
    await Promise.all(readers.map((reader) => reader.next()));
    await halted();
    expect(Math.max(...sent())).toBeLessThan(MAX_BYTES_EACH);

    // Reading continues the stream.
    const before = sent();
    const [first] = readers;
    while (sent()[0] === before[0]) await first?.next();
    await Promise.all(readers.map((reader) => reader.return?.()));
  },
);
