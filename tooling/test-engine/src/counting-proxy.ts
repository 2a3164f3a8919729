import * as http from "node:http";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address } from "./raw-engine.js";

/** A proxy between a client and an engine, which records every call, and can fail one. */
export interface CountingProxy {
  /** Address of the proxy, as in `DOCKER_HOST`. */
  readonly host: string;
  /** The calls in their order, such as `POST /containers/create`, without API version and query. */
  readonly calls: string[];
  /** The number of calls so far. */
  count(): number;
  /** The number of calls so far that can change something. */
  changes(): number;
  /** Responds to one later call with status 500, without passing it on. @param number from 1. */
  failCall(number: number): void;
  /** Fails no further call. @returns the call that failed; undefined if none was reached. */
  stopFailing(): string | undefined;
  close(): Promise<void>;
}

/** Passes a call on to an engine, and its answer back. */
export function forwardCall(
  target: ReturnType<typeof address>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const { method, url: path, headers } = request;
  const onward = http.request({ ...target, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // The client waits for the headers, while an event stream has no content until something happens.
    response.flushHeaders();
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

/** @param engine as in `DOCKER_HOST`: unix:// or tcp:// without TLS. */
export async function startCountingProxy(engine: string): Promise<CountingProxy> {
  const target = address(engine);
  const calls: string[] = [];
  let changes = 0;
  let callsToFailure: number | undefined;
  let failed: string | undefined;
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/s, "").replace(/^\/v[0-9.]+(?=\/)/, "");
    const call = `${request.method} ${path}`;
    calls.push(call);
    if (request.method !== "GET" && request.method !== "HEAD") changes += 1;
    if (callsToFailure !== undefined && (callsToFailure -= 1) === 0) {
      failed = call;
      callsToFailure = undefined;
      request.resume();
      response
        .writeHead(500, { "Content-Type": "application/json" })
        .end(JSON.stringify({ message: "failed by a test" }));
      return;
    }
    forwardCall(target, request, response);
  });
  const socket = join(tmpdir(), `ofd-${randomBytes(6).toString("hex")}.sock`);
  await new Promise<void>((resolve, reject) => server.on("error", reject).listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    calls,
    count: () => calls.length,
    changes: () => changes,
    failCall(number) {
      callsToFailure = number;
      failed = undefined;
    },
    stopFailing() {
      callsToFailure = undefined;
      return failed;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(socket, { force: true });
    },
  };
}
