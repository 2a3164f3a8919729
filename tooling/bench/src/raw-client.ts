import * as http from "node:http";
import { createInterface } from "node:readline";
import { address } from "@openfactory/test-engine";

/** The client of the floor: plain HTTP on persistent connections, by default one, with the necessary calls only. */
export class RawClient {
  readonly #agent: http.Agent;
  readonly #target: http.RequestOptions;
  readonly #version: string;

  constructor(host: string, apiVersion: string, connections = 1) {
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    this.#target = address(host);
    this.#version = apiVersion;
  }

  // JSON of the Engine API, not validated.
  // oxlint-disable-next-line typescript/no-explicit-any
  call(method: string, path: string, body?: object): Promise<any> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers =
      content === undefined ? {} : { "content-type": "application/json", "content-length": content.length };
    return new Promise((resolve, reject) => {
      const request = http.request(
        { ...this.#target, agent: this.#agent, method, path: `/v${this.#version}${path}`, headers },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(parts).toString("utf8");
            if ((answer.statusCode ?? 500) >= 400)
              reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.trim()}`));
            else resolve(text === "" ? undefined : JSON.parse(text));
          });
        },
      );
      request.on("error", reject);
      request.end(content);
    });
  }

  /**
   * Calls `onEvent` with the name of the container for each event of an action, such as `health_status: healthy`. Resolves when the
   * engine sends events, with a function that ends the stream.
   */
  events(action: string, onEvent: (container: string) => void): Promise<() => void> {
    const filters = encodeURIComponent(JSON.stringify({ type: ["container"], event: [action] }));
    return new Promise((resolve, reject) => {
      const path = `/v${this.#version}/events?filters=${filters}`;
      const request = http.get({ ...this.#target, agent: false, path }, (answer) => {
        createInterface(answer).on("line", (line) => onEvent(JSON.parse(line).Actor.Attributes.name));
        resolve(() => answer.destroy());
      });
      request.on("error", reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Duration of some work in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e6;
}
