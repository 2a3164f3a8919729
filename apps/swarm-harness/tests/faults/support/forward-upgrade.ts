import type * as http from "node:http";
import * as net from "node:net";
import type { Duplex } from "node:stream";

/**
 * Sends a call that becomes a two-way stream, such as those of `exec`, to an engine, and connects both sides.
 * @param onOpen gets the connection instead, so that a test decides what the client gets
 */
export function forwardUpgrade(
  { socketPath, hostname, port }: http.RequestOptions,
  request: http.IncomingMessage,
  client: Duplex,
  onOpen: (engine: net.Socket) => void = (engine) => engine.pipe(client).pipe(engine),
): net.Socket {
  const engine = net.connect(socketPath ? { path: socketPath } : { host: hostname ?? "localhost", port: Number(port) });
  client.on("error", () => {});
  engine.on("error", () => client.destroy());
  client.on("close", () => engine.destroy());
  const headers = request.rawHeaders.flatMap((word, index) => (index % 2 ? `${word}\r\n` : `${word}: `)).join("");
  engine.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
  onOpen(engine);
  return engine;
}
