import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "./registry.js";

/** A proxy of a registry that records requests, and can slow down or break connections. */
export interface RegistryProxy {
  /** The registry part of image names that are pulled through the proxy. */
  readonly host: string;
  /** The requests in their order, such as `GET /v2/app/manifests/1`. */
  readonly asked: readonly string[];
  /**
   * From now on, the second half of an answer to such a request takes ten seconds, in small parts. Resolves when the first
   * such answer has reached its second half.
   *
   * Engines retry a broken download of a layer for more than a minute, but of an image's configuration for seconds only.
   * Slow down both (`/blobs/`) to make a pull fail soon after `stop`.
   */
  slow(request: RegExp): Promise<void>;
  /** Number of slow answers in progress. */
  slowed(): number;
  /** Completes slow answers at once, and slows down no more. */
  release(): void;
  /** Breaks all connections and refuses new ones, like a stopped registry. */
  stop(): Promise<void>;
}

const PART_INTERVAL_MS = 100;
const PARTS = 100;

/** @param address of this machine, as the engine sees it; default 127.0.0.1. */
export async function startRegistryProxy(registry: Registry, address = "127.0.0.1"): Promise<RegistryProxy> {
  const asked: string[] = [];
  const slowed = new Set<() => void>();
  let pattern: RegExp | undefined;
  let onSlowed = (): void => {};

  const sendSlowly = (whole: Buffer, to: http.ServerResponse): void => {
    const half = whole.length >> 1;
    const size = Math.ceil(half / PARTS);
    let sent = half;
    const timer = setInterval(() => {
      to.write(whole.subarray(sent, sent + size));
      sent += size;
      if (sent >= whole.length) to.end();
    }, PART_INTERVAL_MS);
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
    sendSlowly(Buffer.concat(parts), to);
  };
  const server = http.createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const isSlow = pattern?.test(line) ?? false;
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

/** A registry that answers every request with the same status, such as for too many requests. */
export interface RefusingRegistry {
  /** The registry part of image names. */
  readonly host: string;
  stop(): Promise<void>;
}

/** The answer of Docker Hub (Docker, "Docker Hub pull usage and limits"). */
const TOO_MANY = {
  code: "TOOMANYREQUESTS",
  message: "You have reached your pull rate limit. You may increase the limit by authenticating.",
};

/** @param address of this machine, as the engine sees it; default 127.0.0.1. */
export async function startRefusingRegistry(status: 429 | 503, address = "127.0.0.1"): Promise<RefusingRegistry> {
  const server = http.createServer((_, response) => {
    response.writeHead(status, { "content-type": status === 429 ? "application/json" : "text/html" });
    response.end(
      status === 429 ? JSON.stringify({ errors: [TOO_MANY] }) : "<html>Service Temporarily Unavailable</html>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
