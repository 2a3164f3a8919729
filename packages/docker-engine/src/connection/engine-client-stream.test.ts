import { describe, expect, it } from "vitest";
import { collect, first, forEach } from "../../test/bytes.js";
import { connect } from "../../test/client-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";
import { dialStream } from "./dockerode.js";
import type { EngineRequest } from "./engine-call.js";

const READ = { action: "list things", read: true } as const;
const read: EngineRequest = (docker, signal) => dialStream(docker, { path: "/things" }, signal);

describe("a stream", () => {
  const dripping: Handler = (_request, response) => {
    response.writeHead(200).write("a");
    const timer = setInterval(() => response.write("a"), 5);
    response.on("close", () => clearInterval(timer));
  };

  it("yields bytes as they arrive, and has the time limit for its beginning only", async () => {
    const { fake, client } = await connect((_request, response) => {
      response.writeHead(200).write("a");
      setTimeout(() => response.end("b"), 3_500);
    });
    let opened = 0;
    const chunks = await collect(client.stream(READ, read, { timeoutMs: 3_000, onOpen: () => (opened += 1) }));
    expect(Buffer.concat(chunks).toString()).toBe("ab");
    expect(opened).toBe(1);
    expect(fake.connections).toBe(1);
  });

  it("makes no call before it is iterated", async () => {
    const { fake, client } = await connect(dripping);
    client.stream(READ, read);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fake.connections).toBe(0);
  });

  it("closes its connection when the reader stops", async () => {
    const { fake, client } = await connect(dripping);
    await first(client.stream(READ, read));
    await fake.requests[0]?.gone;
  });

  it("rejects with ABORTED when the signal fires", async () => {
    const abort = new AbortController();
    const { fake, client } = await connect(dripping);
    const reading = forEach(client.stream(READ, read, { signal: abort.signal }), () => abort.abort());
    await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
    await fake.requests[0]?.gone;
  });

  it("rejects if the connection breaks, and is not repeated", async () => {
    const { fake, client } = await connect((_request, response) => {
      response.writeHead(200).write("a");
      setTimeout(() => response.socket?.destroy(), 20);
    });
    await expect(collect(client.stream(READ, read))).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect(fake.requests).toHaveLength(1);
  });

  it("rejects by the status of the answer", async () => {
    const { client } = await connect(answering(404, { message: "gone" }));
    await expect(collect(client.stream(READ, read))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("applies back-pressure while the reader is slow", async () => {
    let written = 0;
    const { client } = await connect((_request, response) => {
      const fill = (): void => {
        while (written < 200_000_000 && response.write(Buffer.alloc(1_000_000))) written += 1_000_000;
      };
      response.on("drain", fill);
      fill();
    });
    const chunks = client.stream(READ, read);
    await chunks.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await chunks.return();
    expect(written).toBeLessThan(20_000_000);
  });
});
