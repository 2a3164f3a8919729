import * as http from "node:http";
import type * as net from "node:net";
import { createInterface } from "node:readline";
import { compareVersions } from "@openfactory/deploy-core";
import { address } from "@openfactory/test-engine";
import { templateOf } from "../engine-calls/call-template.mjs";
import { forwardUpgrade } from "../faults/support/forward-upgrade.js";
import { changeAnswer, changesOf, checkBody, type Json } from "./changes.js";

/** The releases that introduced an API version. The last two are not released yet: their numbers are made up. */
const RELEASES = {
  "1.52": "29.0.0",
  "1.53": "29.2.0",
  "1.54": "29.3.0",
  "1.55": "29.6.0",
  "1.56": "30.0.0",
  "1.57": "31.0.0",
} as const;
export type UpcomingApi = keyof typeof RELEASES;
export const UPCOMING_APIS = Object.keys(RELEASES) as UpcomingApi[];

/** The API version of the real engine behind a shim: 28.5, the last one without the changes. */
const REAL_API = "1.51";
/** Of Engine 29.0. Releases from 29.3 on accept 1.40 again. */
const MINIMUM = "1.44";

/** An engine that answers as one of an upcoming API version. */
export interface UpcomingEngine {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** The API versions of the calls, in order. */
  readonly versions: string[];
  close(): Promise<void>;
}

/**
 * Starts a proxy on a port of this machine in front of an engine with API 1.51. The proxy rejects calls of API versions that the
 * upcoming engine would reject, sends the others to the engine as 1.51, and changes their answers.
 * @param engine as in `DOCKER_HOST`: unix:// or tcp:// without TLS
 * @param minimum the lowest API version that it accepts. Default: 1.44
 */
export async function startUpcomingEngine(
  engine: string,
  offered: UpcomingApi,
  minimum: string = MINIMUM,
): Promise<UpcomingEngine> {
  const shim = new Shim(engine, offered, minimum);
  const server = http.createServer((request, response) => void shim.answer(request, response));
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  server.on("upgrade", (request, socket, head) => {
    request.url = shim.urlOnEngine(request);
    forwardUpgrade(shim.target, request, socket).write(head);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    versions: shim.versions,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

class Shim {
  readonly target: http.RequestOptions;
  readonly versions: string[] = [];
  readonly #offered: UpcomingApi;
  readonly #minimum: string;

  constructor(engine: string, offered: UpcomingApi, minimum: string) {
    this.target = address(engine);
    this.#offered = offered;
    this.#minimum = minimum;
  }

  /** The API version of a call. Calls without one have the highest. */
  #versionOf({ url = "" }: http.IncomingMessage): string {
    return /^\/v(\d+\.\d+)\//.exec(url)?.[1] ?? this.#offered;
  }

  urlOnEngine(request: http.IncomingMessage): string {
    const version = this.#versionOf(request);
    const real = compareVersions(version, REAL_API) > 0 ? REAL_API : version;
    return (request.url ?? "").replace(/^\/v\d+\.\d+(?=\/)|^/, `/v${real}`);
  }

  async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    request.on("error", () => {});
    response.on("error", () => {});
    response.setHeader("Api-Version", this.#offered);
    response.setHeader("Server", `Docker/${RELEASES[this.#offered]} (linux)`);
    try {
      const version = this.#versionOf(request);
      this.versions.push(version);
      if (compareVersions(version, this.#minimum) < 0) {
        const advice = "please upgrade your client to a newer version";
        return refuse(
          response,
          `client version ${version} is too old. Minimum supported API version is ${this.#minimum}, ${advice}`,
        );
      }
      if (compareVersions(version, this.#offered) > 0)
        return refuse(
          response,
          `client version ${version} is too new. Maximum supported API version is ${this.#offered}`,
        );
      const call = templateOf(request.method ?? "", request.url ?? "");
      const body = call === "POST /containers/create" ? await readText(request) : undefined;
      const { refusal, warnings } = checkBody(call, version, body ? (JSON.parse(body) as Json) : {});
      if (refusal !== undefined) return refuse(response, refusal);
      const answer = await this.#forward(request, response, body);
      return await this.#passOn(call, version, warnings, answer, response);
    } catch {
      response.destroy();
    }
  }

  #forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: string | undefined,
  ): Promise<http.IncomingMessage> {
    const { method, headers } = request;
    return new Promise((resolve, reject) => {
      const path = this.urlOnEngine(request);
      const onward = http.request({ ...this.target, method, path, headers, agent: false }, resolve);
      onward.on("error", reject);
      response.on("close", () => onward.destroy());
      if (body === undefined) request.pipe(onward);
      else onward.end(body);
    });
  }

  async #passOn(
    call: string,
    version: string,
    warnings: readonly string[],
    answer: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const { "api-version": _api, server: _server, "content-length": length, ...headers } = answer.headers;
    const { statusCode = 502 } = answer;
    const changes = changesOf(call, version);
    const isChanged = statusCode < 300 && (changes.length > 0 || warnings.length > 0 || call === "GET /version");
    response.writeHead(statusCode, {
      ...headers,
      ...(!isChanged && length !== undefined && { "content-length": length }),
    });
    // The client waits for the headers, while an event stream has no content until something happens.
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    if (!isChanged) return void answer.pipe(response);
    if (call === "GET /events") {
      for await (const line of createInterface({ input: answer })) {
        const event = JSON.parse(line) as Json;
        changeAnswer(event, changes);
        response.write(`${JSON.stringify(event)}\n`);
      }
      return void response.end();
    }
    const json = JSON.parse(await readText(answer)) as Json;
    changeAnswer(json, changes);
    if (call === "GET /version") this.#changeVersion(json);
    if (warnings.length > 0) json["Warnings"] = [...(json["Warnings"] ?? []), ...warnings];
    response.end(JSON.stringify(json));
  }

  #changeVersion(version: Json): void {
    const own = { ApiVersion: this.#offered, MinAPIVersion: this.#minimum };
    Object.assign(version, own, { Version: RELEASES[this.#offered] });
    for (const component of (version["Components"] ?? []) as Json[])
      if (component["Name"] === "Engine")
        Object.assign(component, { Version: RELEASES[this.#offered], Details: { ...component["Details"], ...own } });
  }
}

const refuse = (response: http.ServerResponse, message: string): void =>
  void response.writeHead(400, { "Content-Type": "application/json" }).end(`${JSON.stringify({ message })}\n`);

async function readText(stream: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
