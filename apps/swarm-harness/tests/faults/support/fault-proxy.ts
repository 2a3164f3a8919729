import { once } from "node:events";
import * as http from "node:http";
import type * as net from "node:net";
import type { Duplex, Writable } from "node:stream";
import { address } from "@openfactory/test-engine";
import { pathOf } from "../../engine-calls/call-template.mjs";
import { forwardUpgrade } from "./forward-upgrade.js";
import { ERROR_STATUS, type Fault, LASTING, WRONG_BODY } from "./faults.js";

/** The call that fails. */
interface Injected {
  fault: Fault;
  /** Its number, from 1. A lasting fault also affects all later calls. */
  call: number;
}

/** How long a refusing engine refuses connections: longer than the retries of a read. */
const REFUSE_MS = 600;
/** More than the command reads of a response. */
const HUGE_BYTES = 300 * 1024 ** 2;
const SPACES = Buffer.alloc(1024 ** 2, " ");

/** The path of a call without version, query, ids and names of the project. */
const templateOf = (url: string, project: string): string =>
  pathOf(url)
    .replaceAll(/[0-9a-f]{64}|(?<=\/)[a-z0-9]{25}(?=\/|$)/g, "{id}")
    .replaceAll(/openfactory-lock-[0-9a-f]+/g, "{lock}")
    .replaceAll(new RegExp(`${project}[^/]*`, "g"), "{name}");

/** Responses that have no end of their own. */
const isStream = (path: string): boolean => /\/(events|logs)$/.test(path);

/** A proxy on a port of this machine in front of an engine. It records the calls of a client, and fails one of them. */
export class FaultProxy {
  /** In order, such as `POST /containers/{id}/start`. */
  readonly calls: string[] = [];
  /** The longest time that the engine took for a call that did not fail, in milliseconds. A stream counts to its headers. */
  slowestMs = 0;
  /** When the call failed, as `performance.now()`. */
  failedAt: number | undefined;
  readonly #target: http.RequestOptions;
  readonly #project: string;
  readonly #injected: Injected | undefined;
  readonly #server = http.createServer((request, response) => void this.#onRequest(request, response));
  readonly #sockets = new Set<Duplex>();
  #port = 0;
  #reopening: NodeJS.Timeout | undefined;

  private constructor(engine: string, project: string, injected: Injected | undefined) {
    this.#target = address(engine);
    this.#project = project;
    this.#injected = injected;
    this.#server.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
  }

  /** @param engine as in `DOCKER_HOST`: unix:// or tcp:// without TLS. */
  static async start(engine: string, project: string, injected?: Injected): Promise<FaultProxy> {
    const proxy = new FaultProxy(engine, project, injected);
    await proxy.#listen();
    return proxy;
  }

  /** As in `DOCKER_HOST`. */
  get host(): string {
    return `tcp://127.0.0.1:${this.#port}`;
  }

  /** The call that failed; undefined if there were fewer calls. */
  get failedCall(): string | undefined {
    return this.#injected && this.calls[this.#injected.call - 1];
  }

  async close(): Promise<void> {
    clearTimeout(this.#reopening);
    this.#stopListening();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#server.once("error", reject).listen(this.#port, "127.0.0.1", resolve),
    );
    this.#port = (this.#server.address() as net.AddressInfo).port;
  }

  #stopListening(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Records a call. @returns the fault, if it is to fail. */
  #record({ method = "", url = "" }: http.IncomingMessage): Fault | undefined {
    const number = this.calls.push(`${method} ${templateOf(url, this.#project)}`);
    if (this.#injected === undefined) return undefined;
    const { fault, call } = this.#injected;
    if (number === call) this.failedAt = performance.now();
    return number === call || (LASTING.has(fault) && number > call) ? fault : undefined;
  }

  async #onRequest(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const fault = this.#record(request);
    request.on("error", () => {});
    response.on("error", () => {});
    if (fault === undefined) this.#forwardTimed(request, response);
    else if (!this.#failBefore(fault, request.socket, (status, body) => endWith(response, status, body)))
      this.#forward(
        request,
        (answer) => void failAfter(fault, request, answer, response).catch(() => response.destroy()),
        response,
      );
  }

  /** Fails a call that the engine never gets. @returns false for the other faults. */
  #failBefore(fault: Fault, socket: Duplex, answer: (status: number, body: string) => void): boolean {
    const status = ERROR_STATUS[fault];
    if (status !== undefined) answer(status, JSON.stringify({ message: `fault: ${status}` }));
    else if (fault === "reset before") socket.destroy();
    else if (fault === "engine dead") this.#stopListening();
    else if (fault === "refuse") {
      this.#stopListening();
      this.#reopening ??= setTimeout(() => void this.#listen(), REFUSE_MS);
    } else return fault === "stall before" || fault === "engine hung";
    return true;
  }

  #forwardTimed(request: http.IncomingMessage, response: http.ServerResponse): void {
    const began = performance.now();
    const measure = (): void => {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
    };
    response.on("close", () => response.headersSent || measure());
    this.#forward(
      request,
      (answer) => {
        measure();
        passOn(answer, response);
      },
      response,
    );
  }

  #forward(
    request: http.IncomingMessage,
    onAnswer: (answer: http.IncomingMessage) => void,
    response: http.ServerResponse,
  ): void {
    const { method, url, headers } = request;
    const onward = http.request({ ...this.#target, method, path: url, headers, agent: false }, onAnswer);
    onward.on("error", () => response.destroy());
    // The engine completes a call whose client has gone, unless it streams.
    response.on("close", () => isStream(new URL(url ?? "", "http://engine").pathname) && onward.destroy());
    request.pipe(onward);
  }

  /** Calls that become a two-way stream, such as those of `exec`. */
  #onUpgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const fault = this.#record(request);
    const answer = (status: number, body: string): void => {
      socket.end(`HTTP/1.1 ${status} Fault\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    };
    if (fault !== undefined && this.#failBefore(fault, socket, answer)) return;
    const fail = (engine: net.Socket): void =>
      void engine.once("data", (first: Buffer) => fault && failStream(fault, first, socket));
    forwardUpgrade(this.#target, request, socket, fault && fail).write(head);
  }
}

/** Fails a two-way stream that the engine has opened. */
function failStream(fault: Fault, first: Buffer, socket: Duplex): void {
  if (fault === "stall after") return;
  if (fault === "reset after") socket.destroy();
  else if (fault === "stall in body" || fault === "truncated") {
    socket.write(first.subarray(0, first.length / 2), () => {
      if (fault === "truncated") socket.destroy();
    });
  } else {
    socket.write(`HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
    if (fault === "huge" || fault === "endless") void writeSpaces(socket, HUGE_BYTES).catch(() => socket.destroy());
    else socket.end(WRONG_BODY[fault]?.("") ?? "");
  }
}

function passOn(answer: http.IncomingMessage, response: http.ServerResponse): void {
  answer.on("error", () => response.destroy());
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  // The client waits for the headers, while an event stream has no content until something happens.
  response.flushHeaders();
  answer.pipe(response);
}

const endWith = (response: http.ServerResponse, status: number, body: string): void =>
  void response.writeHead(status, { "Content-Type": "application/json" }).end(body);

/** Fails a call that the engine has completed. */
async function failAfter(
  fault: Fault,
  request: http.IncomingMessage,
  answer: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const stream = isStream(new URL(request.url ?? "", "http://engine").pathname);
  const body = stream ? "" : await readText(answer);
  const { statusCode = 502 } = answer;
  // These have no body.
  const status = statusCode === 204 || statusCode === 304 ? 200 : statusCode;
  const { "content-length": _, "transfer-encoding": _encoding, ...kept } = answer.headers;
  const headers = { ...kept, "content-type": "application/json" };
  switch (fault) {
    case "stall after":
      return;
    case "reset after":
      return void request.socket.destroy();
    case "stall in body":
    case "truncated":
      response.writeHead(status, { ...headers, "content-length": Math.max(2, Buffer.byteLength(body)) });
      response.write(body.slice(0, Math.max(1, body.length / 2)) || " ", () => {
        if (fault === "truncated") request.socket.destroy();
      });
      return;
    case "huge":
      response.writeHead(status, { ...headers, "content-length": HUGE_BYTES });
      return writeSpaces(response, HUGE_BYTES);
    case "endless":
      response.writeHead(status, headers);
      return writeSpaces(response, Infinity);
    default:
      response.writeHead(status, headers).end(WRONG_BODY[fault]?.(body) ?? body);
  }
}

async function writeSpaces(response: Writable, bytes: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  response.once("close", resolve);
  for (let left = bytes; left > 0 && !response.destroyed; left -= SPACES.length) {
    if (!response.write(SPACES)) await Promise.race([closed, once(response, "drain")]);
  }
}

async function readText(answer: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of answer) parts.push(part as Buffer);
  } catch {
    // The engine closed the connection: the client gets what arrived.
  }
  return Buffer.concat(parts).toString("utf8");
}
