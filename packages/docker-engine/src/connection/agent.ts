import type * as http from "node:http";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { builtIn } from "./built-in.js";
import type { Dial } from "./dial.js";

const { Agent } = builtIn("node:http") as typeof http;

/** The method of an agent that Node calls for each request. @types/node does not declare it. */
interface RequestTaker {
  addRequest(request: http.ClientRequest, options: object): void;
}

/** Keeps connections alive, and opens them with the given function: socket, TCP, TLS or SSH. */
export class ConnectionAgent extends Agent implements RequestTaker {
  readonly #dial: Dial;

  constructor(dial: Dial) {
    // The dial sets the server name for TLS. If it is missing here, Node tests whether the host is an IPv6 address: 5 ms once.
    const options: http.AgentOptions & { servername: string } = {
      keepAlive: true,
      maxFreeSockets: 16,
      scheduling: "lifo",
      servername: "",
    };
    super(options);
    this.#dial = dial;
  }

  override createConnection(): Duplex {
    // An abort right after the end of an answer destroys a socket from which Node has removed its own listener already.
    return this.#dial().on("error", () => {});
  }

  addRequest(request: http.ClientRequest, options: object): void {
    request.prependOnceListener("response", (response) => guardResponse(request, response));
    (Agent.prototype as unknown as RequestTaker).addRequest.call(this, request, options);
  }

  // docker-modem formats each request for its log, even if that is off. An agent's fields would take 0.3 ms.
  [inspect.custom](): string {
    return "ConnectionAgent";
  }
}

/** Runs before docker-modem's own listener, and reports the failures that docker-modem ignores. */
function guardResponse(request: http.ClientRequest, response: http.IncomingMessage): void {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    // docker-modem follows redirections. Over a socket the new address has no host, which ends the process.
    delete headers.location;
    request.emit("error", Object.assign(new Error("The answer is a redirection."), { code: "REDIRECT" }));
    request.destroy();
  } else {
    // docker-modem waits for the end of an answer, and never settles if the connection breaks before it.
    response.on("error", (error) => request.emit("error", error));
  }
}
