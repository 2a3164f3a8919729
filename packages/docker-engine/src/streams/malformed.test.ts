import { PassThrough, Readable, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { containerAnswer } from "../../test/answers.js";
import { collect, frame } from "../../test/bytes.js";
import { engineOn } from "../../test/engine-on.js";
import type { Handler } from "../../test/fake-engine.js";
import type { DockerEngine } from "../engine.js";
import { execInContainer } from "../strategy-support/exec.js";

// An error that a handler of a stream throws past its promise ends the process: here, it fails the run of the tests.
//
// The read paths and the limits of their silence. Each is pinged while it is silent (engine-client.ts), so that an engine that
// hangs ends it.
//
// | path                     | limit of silence         | why                                                       |
// | ------------------------ | ------------------------ | --------------------------------------------------------- |
// | answers with JSON        | the time limit, in total | an engine answers at once                                 |
// | log                      | 30 s, or the time limit  | the engine sends what it has                              |
// | log, followed            | none                     | a process may print nothing for days                      |
// | events                   | none                     | nothing may happen for days                               |
// | pull                     | 300 s                    | engines report progress, except while they extract layers |
// | archive                  | 30 s, or the time limit  | the engine sends a file                                   |
// | exec                     | none                     | a command may print nothing for days                      |
// | registry (signatures)    | the time limit, in total | a registry answers at once                                |
// | credential helper        | the time limit, in total | a helper answers at once                                  |

/** A container whose log is in frames. */
const details = containerAnswer({ Id: "c1", Config: { Tty: false } });

const UPGRADED = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
const pathOf = ({ url }: { url: string }): string => url.split("?")[0] ?? "";

/** An engine whose streams have these bytes. */
const streaming =
  (bytes: string | Buffer): Handler =>
  (request, response) => {
    const path = pathOf(request);
    if (path.endsWith("/containers/c1/json")) response.end(JSON.stringify(details));
    else if (path.endsWith("/containers/c1/exec")) response.end(JSON.stringify({ Id: "e1" }));
    else if (path.endsWith("/exec/e1/json")) response.end(JSON.stringify({ Running: false, ExitCode: 0 }));
    else if (path.endsWith("/exec/e1/start")) {
      response.socket?.write(UPGRADED);
      response.socket?.end(bytes);
    } else response.end(bytes);
  };

const STREAMS: Record<string, (engine: DockerEngine) => Promise<unknown>> = {
  events: (engine) => collect(engine.events({})),
  pull: (engine) => engine.images.pull("demo:1"),
  log: (engine) => collect(engine.containers.logs("c1")),
  "followed log": (engine) => collect(engine.containers.logs("c1", { follow: true })),
  "log of a service": (engine) => collect(engine.services.logs("s1")),
  "output of a command": (engine) => execInContainer(engine, "c1", ["true"], {}),
};

describe("malformed data rejects with ENGINE_ERROR", () => {
  it.each([
    ["events", "text instead of JSON", "<html>"],
    ["events", "JSON of another shape", '{"Action":7}\n'],
    ["events", "null", "null\n"],
    ["pull", "text instead of JSON", "<html>"],
    ["pull", "an array", "[1]\n"],
    ["pull", "progress that is a text", '{"status":"x","progressDetail":"half"}\n'],
    ["log", "bytes that are no frame", "<html></html>"],
    ["log", "a frame without its end", frame(1, "text").subarray(0, 10)],
    ["followed log", "bytes that are no frame", "<html></html>"],
    ["output of a command", "bytes that are no frame", "<html></html>"],
  ])("%s: %s", async (stream, _, bytes) => {
    const { engine } = await engineOn(streaming(bytes));
    await expect(STREAMS[stream]?.(engine)).rejects.toMatchObject({ code: "ENGINE_ERROR" });
  });

  it("output of a command that ends within a frame is ENGINE_UNREACHABLE", async () => {
    const { engine } = await engineOn(streaming(frame(1, "text").subarray(0, 10)));
    const running = STREAMS["output of a command"]?.(engine);
    await expect(running).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });
});

describe("an error of the caller rejects the promise", () => {
  const thrown = new Error("from the caller");
  const fail = (): never => {
    throw thrown;
  };

  it("in an observer of a pull", async () => {
    const { engine } = await engineOn(streaming('{"status":"Pulling","id":"a"}\n'.repeat(3)));
    await expect(engine.images.pull("demo:1", { onEvent: fail })).rejects.toBe(thrown);
  });

  it("when the stream of events opens", async () => {
    const { engine } = await engineOn(streaming(""));
    await expect(collect(engine.events({}, { onOpen: fail }))).rejects.toBe(thrown);
  });

  it("in a sink of a command's output", async () => {
    const { engine } = await engineOn(streaming(frame(1, "text")));
    const stdout = new Writable({ write: fail });
    await expect(execInContainer(engine, "c1", ["true"], { stdout })).rejects.toBe(thrown);
  });

  it("in the input of a command, if it consists of objects", async () => {
    const { engine } = await engineOn((request, response) => {
      if (!pathOf(request).endsWith("/start")) return streaming("")(request, response);
      response.socket?.write(UPGRADED);
    });
    const running = execInContainer(engine, "c1", ["cat"], { stdin: Readable.from([{ not: "bytes" }]) });
    await expect(running).rejects.toMatchObject({ code: expect.any(String) });
  });

  it("except for a sink that has ended: the command goes on", async () => {
    const { engine } = await engineOn(streaming(frame(1, "text")));
    const stdout = new PassThrough();
    stdout.end();
    expect(await execInContainer(engine, "c1", ["true"], { stdout })).toBe(0);
  });
});

describe("silence", () => {
  const silent: Handler = (request, response) => {
    if (pathOf(request).endsWith("/start")) response.socket?.write(UPGRADED);
    else if (/\/(archive|logs)$/.test(pathOf(request))) response.writeHead(200).write("a");
    else streaming("")(request, response);
  };

  it("ends the read of a log that is not followed with TIMEOUT", async () => {
    const { engine } = await engineOn(silent);
    const reading = collect(engine.containers.logs("c1", { timeoutMs: 200 }));
    await expect(reading).rejects.toMatchObject({ code: "TIMEOUT", message: /sent nothing for 200 ms/ });
  });

  it("ends the read of an archive with TIMEOUT", async () => {
    const { engine } = await engineOn(silent);
    const reading = engine.containers.getArchive("c1", "/file", { timeoutMs: 200 });
    await expect(reading).rejects.toMatchObject({ code: "TIMEOUT", message: /sent nothing for/ });
  });

  it("ends a command with TIMEOUT if the engine does not answer a ping either", async () => {
    const { engine, fake } = await engineOn(silent, { timeoutMs: 2_000 });
    await engine.apiVersion();
    fake.delayPingMs = 60_000;
    const running = execInContainer(engine, "c1", ["cat"], { stdin: new Readable({ read() {} }) });
    await expect(running).rejects.toMatchObject({ code: "TIMEOUT", message: /stopped answering/ });
  });

  it("does not end a command while the engine answers pings", async () => {
    const { engine, fake } = await engineOn(silent, { timeoutMs: 1_000 });
    const abort = new AbortController();
    const running = execInContainer(engine, "c1", ["cat"], {
      stdin: new Readable({ read() {} }),
      signal: abort.signal,
    });
    const before = fake.pings;
    await expect.poll(() => fake.pings).toBeGreaterThan(before + 2);
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "ABORTED" });
  });
});
