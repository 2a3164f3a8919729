import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { engineOn } from "../../test/engine-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";
import { temporaryDirectory } from "../../test/temporary-directory.js";
import type { PullEvent } from "../engine-types.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const streaming =
  (...messages: object[]): Handler =>
  (_request, response) => {
    response.writeHead(200);
    for (const message of messages) response.write(`${JSON.stringify(message)}\r\n`);
    response.end();
  };

describe("images.pull", () => {
  it("requests one tag or digest, and emits events", async () => {
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
  ])("rejects with the engine's error, within the stream or before it (%#)", async (handler, code) => {
    const { engine } = await engineOn(handler);
    await expect(engine.images.pull("a")).rejects.toMatchObject({ code });
  });

  it("the error names image and registry, with a hint", async () => {
    const { engine } = await engineOn(answering(500, { message: "Get https://r.io:5000/v2/: connection refused" }));
    await expect(engine.images.pull("r.io:5000/a:1")).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringContaining("image r.io:5000/a:1 from registry r.io:5000: "),
      hint: expect.stringContaining("r.io:5000"),
    });
  });

  it("rejects an invalid reference and an id, without a call", async () => {
    const { engine, fake } = await engineOn(streaming());
    for (const ask of [engine.images.pull, engine.images.digest]) {
      await expect(ask("Invalid/Name")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
      await expect(ask(DIGEST)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    }
    expect(fake.requests).toEqual([]);
  });

  it("is one call for callers of the same image at the same time, with any name of it", async () => {
    let finish = (): void => {};
    const { engine, fake } = await engineOn((_request, response) => {
      response.writeHead(200).write('{"status":"Downloading","id":"l1"}\r\n');
      finish = () => void response.end('{"status":"Done"}\r\n');
    });
    const seen = new Map<string, string[]>();
    const watch = (who: string) => ({
      onEvent: ({ status }: PullEvent) => void seen.set(who, [...(seen.get(who) ?? []), status]),
    });
    const abort = new AbortController();
    const one = engine.images.pull("r.io/a", { ...watch("one"), signal: abort.signal });
    const two = engine.images.pull("r.io/a:latest", watch("two"));
    await expect.poll(() => seen.size).toBe(2);
    const late = engine.images.pull("r.io/a", watch("late"));
    abort.abort();
    await expect(one).rejects.toMatchObject({ code: "ABORTED" });
    finish();
    await Promise.all([two, late]);
    expect(fake.requests).toHaveLength(1);
    expect([...seen]).toEqual([
      ["one", ["Downloading"]],
      ["two", ["Downloading", "Done"]],
      ["late", ["Downloading", "Done"]],
    ]);
  });

  it("the abort of the last caller ends the call and closes the connection", async () => {
    const { engine, fake } = await engineOn((_request, response) => {
      response.writeHead(200).write('{"status":"Pulling"}\r\n');
    });
    const aborts = [new AbortController(), new AbortController()];
    const pulls = aborts.map(({ signal }) => engine.images.pull("a", { signal }));
    await expect.poll(() => fake.requests.length).toBe(1);
    for (const abort of aborts) abort.abort();
    for (const result of await Promise.allSettled(pulls)) expect(result).toMatchObject({ reason: { code: "ABORTED" } });
    await fake.requests[0]?.gone;
  });

  it("the signal ends the call and closes the connection", async () => {
    const abort = new AbortController();
    const { engine, fake } = await engineOn((_request, response) => {
      response.writeHead(200).write('{"status":"Pulling"}\r\n');
    });
    const pulling = engine.images.pull("a", { signal: abort.signal, onEvent: () => abort.abort() });
    await expect(pulling).rejects.toMatchObject({ code: "ABORTED" });
    await fake.requests[0]?.gone;
  });

  it("rejects with ABORTED, and not with an unhandled error, if it is aborted at the end of the answer", async () => {
    const { engine } = await engineOn(streaming({ status: "Pulling" }, { status: "Done" }));
    for (let attempt = 0; attempt < 50; attempt++) {
      const abort = new AbortController();
      const pulling = engine.images.pull("a", { signal: abort.signal, onEvent: () => abort.abort() });
      await expect(pulling).rejects.toMatchObject({ code: "ABORTED" });
    }
  });
});

describe("images.digest", () => {
  it("returns the registry's digest", async () => {
    const { engine, fake } = await engineOn(answering(200, { Descriptor: { digest: DIGEST } }));
    expect(await engine.images.digest("r.io:5000/a/b")).toBe(DIGEST);
    expect(fake.requests[0]?.url).toContain("/distribution/r.io%3A5000/a/b%3Alatest/json");
  });

  it("is one call for callers at the same time, and another one for a later caller", async () => {
    const { engine, fake } = await engineOn(answering(200, { Descriptor: { digest: DIGEST } }));
    const asked = ["r.io/a", "r.io/a:latest", "r.io/b"].map((image) => engine.images.digest(image));
    expect(await Promise.all(asked)).toEqual([DIGEST, DIGEST, DIGEST]);
    expect(fake.requests).toHaveLength(2);
    await engine.images.digest("r.io/a");
    expect(fake.requests).toHaveLength(3);
  });

  it.each([
    [401, "x", "UNAUTHORIZED"],
    [404, "x", "IMAGE_NOT_FOUND"],
    [500, "errors: manifest unknown", "IMAGE_NOT_FOUND"],
    [500, "dial tcp: refused", "ENGINE_ERROR"],
  ])("rejects for status %i and %s", async (status, message, code) => {
    const { engine } = await engineOn(answering(status, { message }));
    await expect(engine.images.digest("a")).rejects.toMatchObject({ code });
  });
});

it("events, errors and their causes never contain credentials that the engine repeats", async () => {
  const DOCKER_CONFIG = temporaryDirectory({
    "config.json": JSON.stringify({ auths: { "r.io": { username: "ada", password: "open-sesame" } } }),
  });
  const repeating: Handler = (request, response) => {
    const auth = String(request.headers["x-registry-auth"]);
    const words = `ada:open-sesame with ${auth}, ${Buffer.from("ada:open-sesame").toString("base64")}`;
    if (!request.url.includes("/images/create")) return answering(500, { message: `no ${words}` })(request, response);
    return streaming({ status: `trying ${words}` }, { error: `denied ${words}` })(request, response);
  };
  const { engine } = await engineOn(repeating, { env: { DOCKER_CONFIG } });
  const events: PullEvent[] = [];
  const pulled: unknown = await engine.images
    .pull("r.io/a:1", { onEvent: (event) => events.push(event) })
    .catch((error: unknown) => error);
  const asked: unknown = await engine.images.digest("r.io/a:1").catch((error: unknown) => error);
  const created: unknown = await engine.services
    .create({ Name: "a", TaskTemplate: {} }, { image: "r.io/a:1" })
    .catch((error: unknown) => error);
  expect(events).toEqual([{ status: "trying ada:*** with ***, ***" }]);
  for (const error of [pulled, asked, created])
    expect(error).toMatchObject({ message: expect.stringContaining("ada:*** with ***, ***") });
  const shown = inspect([pulled, asked, created], { depth: 10 });
  for (const secret of [
    "sesame",
    Buffer.from("ada:open-sesame").toString("base64"),
    Buffer.from('{"username":"ada"').toString("base64").slice(0, 16),
  ]) {
    expect(shown).not.toContain(secret);
  }
});
