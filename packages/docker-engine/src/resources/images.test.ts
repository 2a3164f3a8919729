import { describe, expect, it } from "vitest";
import type { PullEvent } from "../engine-types.js";
import { engineOn } from "../testing/engine-on.js";
import { answering, type Handler } from "../testing/fake-engine.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const streaming =
  (...messages: object[]): Handler =>
  (_request, response) => {
    response.writeHead(200);
    for (const message of messages) response.write(`${JSON.stringify(message)}\r\n`);
    response.end();
  };

describe("images.pull", () => {
  it("asks for one tag or digest, and tells how far it is", async () => {
    const { engine, fake } = await engineOn(streaming({ status: "Pulling", id: "l1" }, { status: "Done" }));
    const events: PullEvent[] = [];
    await engine.images.pull("r.io:5000/a", { onEvent: (event) => events.push(event) });
    await engine.images.pull(`a@${DIGEST}`);
    expect(events.map(({ status }) => status)).toEqual(["Pulling", "Done"]);
    expect(fake.requests.map(({ url }) => new URL(url, "http://x").searchParams.toString())).toEqual([
      "fromImage=r.io%3A5000%2Fa&tag=latest",
      `fromImage=a&tag=${encodeURIComponent(DIGEST)}`,
    ]);
  });

  it.each([
    [streaming({ error: "x", errorDetail: { message: "manifest unknown" } }), "IMAGE_NOT_FOUND"],
    [streaming({ error: "unauthorized: authentication required" }), "UNAUTHORIZED"],
    [streaming({ error: "no space left on device" }), "ENGINE_ERROR"],
    [answering(404, { message: "x" }), "IMAGE_NOT_FOUND"],
    [answering(500, { message: "Get https://r/v2/: unauthorized: authentication required" }), "UNAUTHORIZED"],
  ])("throws the engine's error, in the stream or not (%#)", async (handler, code) => {
    const { engine } = await engineOn(handler);
    await expect(engine.images.pull("a")).rejects.toMatchObject({ code });
  });

  it("is ended by the signal, and the engine let go of", async () => {
    const abort = new AbortController();
    const { engine, fake } = await engineOn((_request, response) => {
      response.writeHead(200).write('{"status":"Pulling"}\r\n');
    });
    const pulling = engine.images.pull("a", { signal: abort.signal, onEvent: () => abort.abort() });
    await expect(pulling).rejects.toMatchObject({ code: "ABORTED" });
    await fake.requests[0]?.gone;
  });
});

describe("images.digest", () => {
  it("is what the registry has", async () => {
    const { engine, fake } = await engineOn(answering(200, { Descriptor: { digest: DIGEST } }));
    expect(await engine.images.digest("r.io:5000/a/b")).toBe(DIGEST);
    expect(fake.requests[0]?.url).toContain("/distribution/r.io%3A5000/a/b%3Alatest/json");
  });

  it.each([
    [401, "x", "UNAUTHORIZED"],
    [404, "x", "IMAGE_NOT_FOUND"],
    [500, "errors: manifest unknown", "IMAGE_NOT_FOUND"],
    [500, "dial tcp: refused", "ENGINE_ERROR"],
  ])("throws for %i %s", async (status, message, code) => {
    const { engine } = await engineOn(answering(status, { message }));
    await expect(engine.images.digest("a")).rejects.toMatchObject({ code });
  });
});
