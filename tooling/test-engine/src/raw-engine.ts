import * as http from "node:http";
import * as https from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { TestEngineError } from "./errors-and-log.js";

/** JSON of the Engine API, not validated. */
// oxlint-disable-next-line typescript/no-explicit-any
export type EngineJson = any;

/** An answer of the engine, with its body parsed as JSON if possible, else as text. */
export interface RawAnswer {
  readonly status: number;
  readonly body: EngineJson;
}

export interface RawRequest {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Timeout in milliseconds without a byte. Default 120000. */
  readonly timeout?: number;
}

type Body = Buffer | Readable | object | undefined;

/** The Engine API by plain HTTP, which bypasses the clients under test. */
export class RawEngine {
  readonly #target: http.RequestOptions;
  readonly #secure: boolean;

  /** @param host as in `DOCKER_HOST`: unix://, npipe://, tcp:// or http(s)://; TLS by `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` */
  constructor(readonly host: string) {
    const tls = certificates(host);
    this.#secure = tls !== undefined;
    this.#target = { ...address(host), ...tls };
  }

  /** Sends a request. Does not throw for an error status. `path` can start with an API version (`/v1.41/...`). */
  async request(method: string, path: string, body?: Body, options: RawRequest = {}): Promise<RawAnswer> {
    const answer = await this.open(method, path, body, options);
    const bytes = await collect(answer);
    return { status: answer.statusCode ?? 0, body: parse(bytes, answer.headers["content-type"]) };
  }

  /**
   * Sends a request and returns the body of the answer.
   * @throws TestEngineError with the engine's message for a status of 400 or more
   */
  async call(method: string, path: string, body?: Body, options: RawRequest = {}): Promise<EngineJson> {
    const answer = await this.request(method, path, body, options);
    if (answer.status < 400) return answer.body;
    const message = answer.body?.message ?? answer.body;
    throw new TestEngineError(`${method} ${path} failed with status ${answer.status}: ${String(message).trim()}`);
  }

  /** Sends a request whose answer is read as a stream. */
  open(method: string, path: string, body?: Body, options: RawRequest = {}): Promise<http.IncomingMessage> {
    const { content, headers } = encode(body);
    return new Promise((resolve, reject) => {
      const request = (this.#secure ? https : http).request(
        {
          ...this.#target,
          method,
          path,
          headers: { ...headers, ...options.headers },
          signal: options.signal,
          agent: false,
        },
        resolve,
      );
      const timeout = options.timeout ?? 120_000;
      request.setTimeout(timeout, () =>
        request.destroy(
          new TestEngineError(`${this.host} did not answer ${method} ${path} within ${timeout / 1000} s.`),
        ),
      );
      request.on("error", reject);
      if (content && "pipe" in content) content.on("error", (error) => request.destroy(error)).pipe(request);
      else request.end(content);
    });
  }
}

/** Sends a request to the engine of `DOCKER_HOST`: the probe of the contract tests. */
export function engineApi(method: string, path: string, body?: Body): Promise<RawAnswer> {
  const host = process.env.DOCKER_HOST;
  if (!host) throw new TestEngineError("DOCKER_HOST is not set. Run this test with tooling/vitest/vitest.config.ts.");
  return new RawEngine(host).request(method, path, body);
}

/** A host as options of `node:http`. */
export function address(host: string): http.RequestOptions {
  const [, scheme, rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === "unix" || scheme === "npipe") return { socketPath: rest };
  if (scheme === "tcp" || scheme === "http" || scheme === "https") {
    const { hostname, port } = new URL(`http://${rest}`);
    return { hostname: hostname.replace(/^\[|\]$/g, ""), port: port || (scheme === "https" ? 2376 : 2375) };
  }
  throw new TestEngineError(`DOCKER_HOST is ${host}, but tests support unix://, npipe:// and tcp:// only.`);
}

function certificates(host: string): https.RequestOptions | undefined {
  if (!/^(tcp|https):/.test(host)) return undefined;
  const folder = process.env.DOCKER_CERT_PATH;
  if (!folder || (!process.env.DOCKER_TLS_VERIFY && !host.startsWith("https:"))) return undefined;
  const read = (name: string) => readFileSync(join(folder, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function encode(body: Body): { content?: Buffer | Readable; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (Buffer.isBuffer(body)) return { content: body, headers: { "content-type": "application/x-tar" } };
  if ("pipe" in body) return { content: body as Readable, headers: { "content-type": "application/x-tar" } };
  return { content: Buffer.from(JSON.stringify(body)), headers: { "content-type": "application/json" } };
}

function parse(bytes: Buffer, type = ""): unknown {
  if (type.startsWith("application/octet-stream") || type.startsWith("application/vnd.docker")) return bytes;
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const DEFAULT_HOST = process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/**
 * The existing engine: that of `DOCKER_HOST`, or at the default socket.
 * @throws TestEngineError if the engine of `DOCKER_HOST` does not answer, or this user has no access to the socket
 */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<RawEngine | undefined> {
  const named = env.DOCKER_HOST;
  const engine = new RawEngine(named || DEFAULT_HOST);
  const failure = await ping(engine);
  if (!failure) return engine;
  if (failure.code === "EACCES") {
    throw new TestEngineError(
      `This user has no access to the engine at ${engine.host}. Add the user to the group docker, or run as root.`,
    );
  }
  if (named) {
    throw new TestEngineError(
      `DOCKER_HOST is ${named}, but no engine answers there (${failure.message}). Start the engine, or unset DOCKER_HOST.`,
    );
  }
  return undefined;
}

/** Pings the engine. Returns undefined if it answers, else the error. */
export async function ping(engine: RawEngine): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await engine.call("GET", "/_ping", undefined, { timeout: 5_000 });
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
