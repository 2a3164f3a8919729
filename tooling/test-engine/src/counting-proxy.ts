import * as http from "node:http";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address } from "./raw-engine.js";

/** A proxy between a client and an engine, which records every call. */
export interface CountingProxy {
  /** Address of the proxy, as in `DOCKER_HOST`. */
  readonly host: string;
  /** The calls in their order, such as `POST /containers/create`, without API version and query. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** @param engine as in `DOCKER_HOST`: unix:// or tcp:// without TLS. */
export async function startCountingProxy(engine: string): Promise<CountingProxy> {
  const target = address(engine);
  const calls: string[] = [];
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/s, "").replace(/^\/v[0-9.]+(?=\/)/, "");
    calls.push(`${request.method} ${path}`);
    const { method, url, headers } = request;
    const onward = http.request({ ...target, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // The client waits for the headers, while an event stream has no content until something happens.
      response.flushHeaders();
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  const socket = join(tmpdir(), `ofd-${randomBytes(6).toString("hex")}.sock`);
  await new Promise<void>((resolve, reject) => server.on("error", reject).listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(socket, { force: true });
    },
  };
}
