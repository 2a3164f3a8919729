import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { connect } from "../../test/client-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";
import { anyObject } from "../answers/shape.js";
import { Connection } from "./connection.js";
import { dial, dialStream, readBody } from "./dockerode.js";
import type { EngineRequest } from "./engine-call.js";
import { EngineClient } from "./engine-client.js";

const anything = (): undefined => undefined;
const READ = { action: "list things", read: true } as const;
const CHANGE = { action: "create a thing" } as const;

const list: EngineRequest = (docker, signal) => dial(docker, { path: "/things" }, signal);
const create: EngineRequest = (docker, signal) =>
  dial(docker, { method: "POST", path: "/things/create", body: { a: 1 } }, signal);

const reset: Handler = (_request, response) => response.socket?.destroy();
const hang: Handler = () => {};
const halfBody: Handler = (_request, response) => {
  response.writeHead(200, { "Content-Length": 100 }).write('{"a":');
  setTimeout(() => response.socket?.destroy(), 20);
};
const headOnly: Handler = (_request, response) => {
  response.writeHead(200).write("{");
};

describe("a call", () => {
  it("negotiates the version once, and keeps its connection", async () => {
    const { fake, client } = await connect(answering(200, { a: 1 }));
    const query = { a: "b&c", n: 1, none: undefined };
    expect(
      await client.json(READ, anything, (docker, signal) => dial(docker, { path: "/things", query }, signal)),
    ).toEqual({
      a: 1,
    });
    await client.send(CHANGE, create);
    expect(fake.pings).toBe(1);
    expect(fake.connections).toBe(1);
    expect(fake.requests.map(({ method, url, body }) => [method, url.replace(/\?$/, ""), body])).toEqual([
      ["GET", "/v1.41/things?a=b%26c&n=1", ""],
      ["POST", "/v1.41/things/create", '{"a":1}'],
    ]);
    expect(fake.requests[1]?.headers).toMatchObject({ "content-type": "application/json", host: "docker" });
  });

  it("sends an empty JSON body", async () => {
    const { fake, client } = await connect(answering(200, {}));
    await client.send(CHANGE, (docker, signal) => dial(docker, { method: "POST", path: "/x", body: {} }, signal));
    expect(fake.requests[0]?.body).toBe("{}");
  });

  it("resolves for status 304", async () => {
    const { client } = await connect((_request, response) => response.writeHead(304).end());
    await client.send(CHANGE, create);
  });

  it.each([
    [{ Location: "http://elsewhere.invalid/" }, "ENGINE_UNREACHABLE"],
    [{ Location: "/elsewhere" }, "ENGINE_UNREACHABLE"],
    [{}, "ENGINE_ERROR"],
  ])("does not follow a redirection with the headers %o", async (headers, code) => {
    const { fake, client } = await connect((_request, response) => response.writeHead(301, headers).end());
    await expect(client.send(CHANGE, create)).rejects.toMatchObject({ code });
    expect(fake.requests).toHaveLength(1);
  });

  it("rejects by the status of the answer", async () => {
    const { client } = await connect(answering(409, { message: "in use" }));
    await expect(client.send(CHANGE, create)).rejects.toMatchObject({
      code: "CONFLICT",
      cause: { statusCode: 409, message: "in use" },
    });
  });

  it("rejects an answer that is not JSON", async () => {
    const { client } = await connect((_request, response) => response.end("<html>"));
    await expect(client.json(READ, anyObject, list)).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message:
        "The engine's response has another format when asked to list things: expected an object, found text that is not JSON.",
    });
  });

  it("rejects with ENGINE_UNREACHABLE if the server does not speak HTTP", async () => {
    const { client } = await connect((_request, response) => response.socket?.end("SSH-2.0-OpenSSH\r\n"));
    await expect(client.send(CHANGE, create)).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("does not speak HTTP"),
    });
  });
});

/** Sends text without end, with back-pressure. */
const endlessly =
  (status: number, piece: string): Handler =>
  (_request, response) => {
    response.writeHead(status);
    const write = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once("drain", write);
    };
    write();
  };

describe("the size of an answer", () => {
  const tooLong = { code: "ENGINE_ERROR", message: expect.stringContaining("longer than 256 MiB") };

  it("an answer that announces more than 256 MiB is an error, and the connection is closed", async () => {
    const { fake, client } = await connect((_request, response) => {
      response.writeHead(200, { "Content-Length": 256 * 1024 ** 2 + 1 }).write("[");
    });
    await expect(client.json(READ, anything, list)).rejects.toMatchObject(tooLong);
    await fake.requests[0]?.gone;
  });

  // In memory: a real connection needs a second of computing time for 256 MiB.
  it("an endless answer is an error after 256 MiB, and its connection is closed", async () => {
    const piece = Buffer.alloc(1024 ** 2, " ");
    let sent = 0;
    const answer = new Readable({
      read() {
        sent += 1;
        this.push(piece);
      },
    });
    await expect(readBody(Object.assign(answer, { headers: {} }) as IncomingMessage)).rejects.toMatchObject(tooLong);
    expect(answer.destroyed).toBe(true);
    expect([256, 257, 258]).toContain(sent - 1);
  });

  it.each([" ", "x", "a \n"])("of an endless error answer (%j), the beginning is read", async (piece) => {
    const { fake, client } = await connect(endlessly(500, piece.repeat(1024)));
    await expect(client.send(CHANGE, create)).rejects.toMatchObject({
      code: "ENGINE_ERROR",
      message: expect.stringMatching(/^The engine could not create a thing: .{1,2500}$/s),
    });
    await fake.requests[0]?.gone;
  });
});

describe("a broken connection", () => {
  it.each([
    ["before the answer", reset],
    ["within the answer", halfBody],
  ])("%s: a read is sent three times, a change once", async (_when, handler) => {
    const reading = await connect(handler);
    await expect(reading.client.json(READ, anything, list)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect(reading.fake.requests).toHaveLength(3);
    const changing = await connect(handler);
    await expect(changing.client.send(CHANGE, create)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect(changing.fake.requests).toHaveLength(1);
  });

  it("does not fail a read that succeeds when it is repeated", async () => {
    let asked = 0;
    const { client } = await connect((request, response) => {
      asked += 1;
      (asked < 3 ? reset : answering(200, { a: 1 }))(request, response);
    });
    expect(await client.json(READ, anything, list)).toEqual({ a: 1 });
  });
});

describe("limits", () => {
  it.each([
    ["before the answer", hang],
    ["within the answer", headOnly],
  ])("%s: the time limit ends the call and the request", async (_when, handler) => {
    const { fake, client } = await connect(handler);
    await expect(client.json(READ, anything, list, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await fake.requests[0]?.gone;
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ["before the answer", hang],
    ["within the answer", headOnly],
  ])("%s: the signal ends the call and the request", async (_when, handler) => {
    const abort = new AbortController();
    const { fake, client } = await connect((request, response) => {
      handler(request, response);
      setTimeout(() => abort.abort(), 20);
    });
    await expect(client.json(READ, anything, list, { signal: abort.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
    await fake.requests[0]?.gone;
  });

  it("a signal that has fired prevents the call", async () => {
    const { fake, client } = await connect(answering(200, {}));
    await expect(client.send(CHANGE, create, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect([fake.pings, fake.connections]).toEqual([0, 0]);
  });

  it("the abort of a call that negotiates does not fail another one", async () => {
    const abort = new AbortController();
    const { fake, client } = await connect(answering(200, { a: 1 }));
    fake.delayPingMs = 50;
    const aborted = client.json(READ, anything, list, { signal: abort.signal });
    const other = client.json(READ, anything, list);
    setTimeout(() => abort.abort(), 20);
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
    expect(await other).toEqual({ a: 1 });
  });

  it("a stream in which silence is not normal ends with TIMEOUT, however long its reader takes", async () => {
    const { fake, client } = await connect((_request, response) => {
      response.writeHead(200).write("first");
    });
    const request: EngineRequest = (docker, signal) => dialStream(docker, { path: "/things" }, signal);
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of client.stream(READ, request, { idleMs: 100 })) {
        pieces.push(piece.toString());
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "TIMEOUT", message: /sent nothing for 100 ms/ });
    expect(pieces).toEqual(["first"]);
    await fake.requests[0]?.gone;
  });

  it("the client's time limit applies to a call without its own", async () => {
    const { client } = await connect(hang, 100);
    await expect(client.send(CHANGE, create)).rejects.toMatchObject({ code: "TIMEOUT", message: /100 ms/ });
  });
});

describe("an unreachable engine", () => {
  const client = (host: string) => new EngineClient(new Connection({ host, env: {} }), 5000);

  it.each([
    ["unix:///nowhere/docker.sock", "the socket does not exist"],
    ["tcp://127.0.0.1:1", "the connection was refused"],
    ["tcp://engine.invalid:2375", "name"],
  ])("%s: %s", async (host, what) => {
    await expect(client(host).send(READ, list)).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining(what),
    });
  });
});

describe("a call that may take longer than the time limit of others", () => {
  const slow: Handler = (_request, response) => void setTimeout(() => response.writeHead(200).end("{}"), 3_000);

  it("waits for the engine while it answers pings", async () => {
    const { fake, client } = await connect(slow, 1_000);
    await client.send(CHANGE, create, { timeoutMs: 60_000 });
    expect(fake.pings).toBeGreaterThan(1);
  });

  it("may be a change without its own time limit, which an engine that answers pings may answer late", async () => {
    const { client } = await connect(slow, 1_000);
    await client.send(CHANGE, create);
    await expect(client.send(READ, list)).rejects.toMatchObject({ code: "TIMEOUT", message: /within 1000 ms/ });
    const stuck = await connect(hang, 500);
    await stuck.client.apiVersion();
    await expect(stuck.client.send(CHANGE, create)).rejects.toMatchObject({ message: /within 2000 ms/ });
    expect(stuck.fake.pings).toBeGreaterThan(1);
  });

  it("ends with TIMEOUT once the engine does not answer a ping", async () => {
    const { fake, client } = await connect(hang, 1_000);
    await client.apiVersion();
    fake.delayPingMs = 60_000;
    await expect(client.send(CHANGE, create, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringMatching(/ stopped answering when asked to create a thing\.$/),
      cause: { code: "ETIMEDOUT" },
    });
  });

  it("is also a stream in which silence is normal", async () => {
    const { fake, client } = await connect((_request, response) => {
      response.writeHead(200).write("1");
      fake.delayPingMs = 60_000;
    }, 500);
    const read: EngineRequest = (docker, signal) => dialStream(docker, { path: "/events" }, signal);
    const chunks: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of client.stream(READ, read)) chunks.push(String(chunk));
    };
    await expect(reading()).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(chunks).toEqual(["1"]);
  });
});
