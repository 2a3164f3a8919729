import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "./temporary-directory.js";

interface SeenRequest {
  method: string;
  /** With version and query. */
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** Resolves when the client has closed the connection. */
  gone: Promise<void>;
}

export interface FakeEngine {
  host: string;
  /** All but `/_ping`. */
  requests: SeenRequest[];
  pings: number;
  /** Connections that were opened. */
  connections: number;
  /** Milliseconds until a ping is answered. Default 0. */
  delayPingMs: number;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

async function readAll(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/**
 * An HTTP server in place of an engine; stopped when the test has finished.
 * @param ping headers of a ping, beside its API version.
 */
export async function fakeEngine(
  handler: Handler,
  apiVersion: string | undefined = "1.41",
  ping: Record<string, string> = {},
): Promise<FakeEngine> {
  const path = join(temporaryDirectory(), "engine.sock");
  const fake: FakeEngine = { host: `unix://${path}`, requests: [], pings: 0, connections: 0, delayPingMs: 0 };
  const server = createServer(async (request, response) => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    response.on("close", resolve);
    if (request.url?.startsWith("/_ping")) {
      fake.pings++;
      if (fake.delayPingMs > 0) await new Promise((resolve) => setTimeout(resolve, fake.delayPingMs));
      response.writeHead(200, apiVersion === undefined ? ping : { ...ping, "Api-Version": apiVersion }).end("OK");
      return;
    }
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: await readAll(request), gone };
    fake.requests.push(seen);
    handler(seen, response);
  });
  server.on("connection", () => fake.connections++);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return fake;
}

/** A handler that answers this. */
export const answering =
  (status: number, body: unknown): Handler =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
