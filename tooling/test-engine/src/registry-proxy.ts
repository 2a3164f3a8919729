import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "./registry.js";

/** A way to a registry that counts what is asked for, can be slowed down to a crawl, and can be cut. */
export interface RegistryProxy {
  /** As it stands before an image's name: images are pulled through it by this name. */
  readonly host: string;
  /** What was asked for, in order: `GET /v2/app/manifests/1`. */
  readonly asked: readonly string[];
  /**
   * From now on the second half of an answer to such a request takes ten seconds, in small pieces. Resolves when the first
   * one has come that far.
   *
   * Engines ask for a layer that broke off again for more than a minute, but for an image's configuration for seconds only:
   * slow down both (`/blobs/`) to see a pull fail soon after `stop`.
   */
  slow(request: RegExp): Promise<void>;
  /** How many slow answers somebody still waits for. */
  slowed(): number;
  /** Lets slow answers end at once, and slows no more. */
  release(): void;
  /** Breaks every connection, and refuses new ones, as a registry that was stopped. */
  stop(): Promise<void>;
}

const PIECE_EVERY_MS = 100;
const PIECES = 100;

/** @param address of this machine, as the engine sees it; default 127.0.0.1. */
export async function startRegistryProxy(registry: Registry, address = "127.0.0.1"): Promise<RegistryProxy> {
  const asked: string[] = [];
  const slowed = new Set<() => void>();
  let pattern: RegExp | undefined;
  let onSlowed = (): void => {};

  const crawl = (whole: Buffer, to: http.ServerResponse): void => {
    const half = whole.length >> 1;
    const size = Math.ceil(half / PIECES);
    let sent = half;
    const timer = setInterval(() => {
      to.write(whole.subarray(sent, sent + size));
      sent += size;
      if (sent >= whole.length) to.end();
    }, PIECE_EVERY_MS);
    const finish = (): void => void to.end(whole.subarray(sent));
    slowed.add(finish);
    to.on("close", () => {
      clearInterval(timer);
      slowed.delete(finish);
    });
    to.write(whole.subarray(0, half));
    onSlowed();
  };
  const answer = async (from: http.IncomingMessage, to: http.ServerResponse, isSlow: boolean): Promise<void> => {
    to.writeHead(from.statusCode ?? 502, from.headers);
    if (!isSlow) return void from.pipe(to);
    const parts: Buffer[] = [];
    for await (const part of from) parts.push(part as Buffer);
    crawl(Buffer.concat(parts), to);
  };
  const server = http.createServer((request, response) => {
    const what = `${request.method} ${request.url}`;
    asked.push(what);
    const isSlow = pattern?.test(what) ?? false;
    const { method, url: path, headers } = request;
    const [hostname, port] = registry.host.split(":");
    const onward = http.request({ hostname, port, method, path, headers, agent: false }, (from) => {
      answer(from, response, isSlow).catch(() => response.destroy());
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    asked,
    slow(request) {
      pattern = request;
      return new Promise((resolve) => (onSlowed = resolve));
    },
    slowed: () => slowed.size,
    release() {
      pattern = undefined;
      for (const finish of slowed) finish();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
