import type * as http from "node:http";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { builtIn } from "./built-in.js";
import type { Dial } from "./dial.js";

const { Agent } = builtIn("node:http") as typeof http;

/** Keeps connections alive and opens them its own way: sockets, TCP, TLS and SSH alike. */
export class ConnectionAgent extends Agent {
  readonly #dial: Dial;

  constructor(dial: Dial) {
    super({ keepAlive: true, maxFreeSockets: 16, scheduling: "lifo" });
    this.#dial = dial;
  }

  override createConnection(): Duplex {
    return this.#dial();
  }

  // docker-modem inspects everything it is given, at every call, for a log that is off: 0.3 ms a call.
  [inspect.custom](): string {
    return "ConnectionAgent";
  }
}
