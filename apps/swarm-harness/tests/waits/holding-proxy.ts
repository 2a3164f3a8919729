import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { address, forwardCall } from "@openfactory/test-engine";
import { templateOf } from "../engine-calls/call-template.mjs";
import { forwardUpgrade } from "../faults/support/forward-upgrade.js";

/** A proxy before an engine that holds back the first call of each kind, one at a time. */
export interface HoldingProxy {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** The kinds of calls that were held back since the last `forget`: `GET /containers/{id}/json`. */
  readonly held: ReadonlySet<string>;
  /** Holds back calls of every kind again. */
  forget(): void;
  close(): Promise<void>;
}

/** @param release resolves when the call is to reach the engine. */
export async function startHoldingProxy(
  engine: string,
  release: (call: string) => Promise<void>,
): Promise<HoldingProxy> {
  const target = address(engine);
  const held = new Set<string>();
  const sockets = new Set<Socket>();
  let last = Promise.resolve();
  const hold = async ({ method = "", url = "" }: http.IncomingMessage): Promise<void> => {
    const call = templateOf(method, url);
    if (held.has(call)) return;
    held.add(call);
    last = last.then(() => release(call));
    await last;
  };
  const pass = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    await hold(request);
    if (!response.destroyed) forwardCall(target, request, response);
  };
  const server = http.createServer((request, response) => void pass(request, response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    // The body of the request, which has arrived with its headers.
    socket.unshift(head);
    void hold(request).then(() => forwardUpgrade(target, request, socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    forget: () => held.clear(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
