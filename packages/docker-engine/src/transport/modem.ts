import type { IncomingMessage } from "node:http";
import { inspect } from "node:util";
import type DockerModem from "docker-modem";
import type { Dial } from "./dial.js";
import { ConnectionAgent } from "./connection-agent.js";

export interface ModemRequest {
  method: "GET" | "HEAD" | "POST" | "DELETE";
  path: string;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  body?: object;
}

/** One HTTP client of an engine, on dockerode's transport. */
export interface EngineModem {
  /** Resolves with the head of an answer of any status. Rejects with the system's error. */
  send(request: ModemRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

// Every status is an answer here: which are errors is decided in one place, where the call is known.
const ANY_STATUS = new Proxy({}, { get: () => true }) as Record<number, true>;

interface ModemInternals {
  buildRequest(this: unknown, options: object, ...rest: unknown[]): void;
}

/** Headers that a log does not show: they may hold credentials. */
function hidden(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.defineProperty({ ...headers }, inspect.custom, { value: () => "[headers]" });
}

/** Loads docker-modem. */
export async function createModem(dial: Dial): Promise<EngineModem> {
  const { default: Modem } = await import("docker-modem");
  const { buildRequest } = Modem.prototype as unknown as ModemInternals;
  const agent = new ConnectionAgent(dial);
  // Its constructor reads DOCKER_HOST and certificate files of the process, and throws where these are wrong, even if
  // it is told another address. With a socket path set, it leaves the connection to the agent.
  const modem: DockerModem = Object.assign(Object.create(Modem.prototype), {
    protocol: "http",
    socketPath: "engine",
    headers: {},
    agent,
    // Followed over a socket, a redirection ends the process: its address has no host. The agent need not work out a
    // server name for TLS either, which the dialler has; and it is the agent that ends the request when the signal fires.
    buildRequest({ signal: ending, ...options }: { signal?: AbortSignal }, ...rest: unknown[]) {
      buildRequest.call(
        this,
        { ...options, ending, maxRedirects: 0, servername: "", [inspect.custom]: () => "[request]" },
        ...rest,
      );
    },
  });
  return {
    send({ method, path, query, headers, body }, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const options = {
        path: `${path}?`,
        method,
        headers: hidden(headers),
        options: { _query: query, _body: body ?? {} },
        allowEmpty: body !== undefined,
        isStream: true,
        statusCodes: ANY_STATUS,
        abortSignal: signal,
      };
      modem.dial(options as DockerModem.DialOptions, (error, response) => {
        if (error) reject("code" in error ? error : Object.assign(error, { code: "REDIRECT" }));
        else resolve(response as IncomingMessage);
      });
      return promise;
    },
    close: () => agent.destroy(),
  };
}
