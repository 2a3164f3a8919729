import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { TestEngineError } from "./test-engine-error.js";

/** The Engine API's own JSON, which look-ups take as it comes. */
// oxlint-disable-next-line typescript/no-explicit-any
export type EngineJson = any;

/** What the engine answered: the body parsed where it is JSON, else as text. */
export interface RawAnswer {
  readonly status: number;
  // The Engine API's own JSON, which these look-ups take as it comes.
  readonly body: EngineJson;
}

export interface RawRequest {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Gives up after this many milliseconds without a byte; default 120000. */
  readonly timeout?: number;
}

type Body = Buffer | Readable | object | undefined;

/** The Engine API by plain HTTP, going round every client that is under test. */
export class RawEngine {
  readonly #target: http.RequestOptions;
  readonly #secure: boolean;

  /** @param host as in `DOCKER_HOST`: unix://, npipe://, tcp:// or http(s)://; TLS as `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` say */
  constructor(readonly host: string) {
    const tls = certificates(host);
    this.#secure = tls !== undefined;
    this.#target = { ...address(host), ...tls };
  }

  /** One request, with the answer whatever its status. `path` may begin with an API version (`/v1.41/...`). */
  async request(method: string, path: string, body?: Body, options: RawRequest = {}): Promise<RawAnswer> {
    const answer = await this.open(method, path, body, options);
    const bytes = await collect(answer);
    return { status: answer.statusCode ?? 0, body: parse(bytes, answer.headers["content-type"]) };
  }

  /**
   * One request that must succeed; returns the body.
   * @throws TestEngineError with the engine's own message for a status of 400 and more
   */
  async call(method: string, path: string, body?: Body, options: RawRequest = {}): Promise<EngineJson> {
    const answer = await this.request(method, path, body, options);
    if (answer.status < 400) return answer.body;
    const message = answer.body?.message ?? answer.body;
    throw new TestEngineError(`${method} ${path} was answered with ${answer.status}: ${String(message).trim()}`);
  }

  /** One request whose answer is read as a stream. */
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
          new TestEngineError(`${this.host} gave no answer to ${method} ${path} in ${timeout / 1000} s.`),
        ),
      );
      request.on("error", reject);
      if (content && "pipe" in content) content.on("error", (error) => request.destroy(error)).pipe(request);
      else request.end(content);
    });
  }
}

/** One look-up on the engine that `DOCKER_HOST` names: the probe of the contract tests. */
export function engineApi(method: string, path: string, body?: Body): Promise<RawAnswer> {
  const host = process.env.DOCKER_HOST;
  if (!host) throw new TestEngineError("DOCKER_HOST is not set: run this test through the project's vitest settings.");
  return new RawEngine(host).request(method, path, body);
}

/** Where a host is, as `node:http` takes it. */
export function address(host: string): http.RequestOptions {
  const [, scheme, rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === "unix" || scheme === "npipe") return { socketPath: rest };
  if (scheme === "tcp" || scheme === "http" || scheme === "https") {
    const { hostname, port } = new URL(`http://${rest}`);
    return { hostname: hostname.replace(/^\[|\]$/g, ""), port: port || (scheme === "https" ? 2376 : 2375) };
  }
  throw new TestEngineError(`The tests reach an engine by unix://, npipe:// or tcp://, and DOCKER_HOST is ${host}.`);
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
