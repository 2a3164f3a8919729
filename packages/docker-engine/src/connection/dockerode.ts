import type { Agent, IncomingMessage } from "node:http";
import { inspect } from "node:util";
import { DeploymentError } from "@openfactory/deploy-core";
import type Docker from "dockerode";
import type { Endpoint } from "../endpoint/endpoint.js";
import type { Filters } from "../engine.js";

// Creates dockerode 5.0, and works around its gaps and those of docker-modem 5.0. agent.ts has the other workarounds.

/** The `authconfig` that dockerode sends as `X-Registry-Auth`. */
export interface AuthConfig {
  base64: string;
}

// Node would send "localhost". Engines accept any name; a proxy in front of one needs the right one.
const hostHeader = (endpoint: Endpoint): string => {
  if (endpoint.kind !== "tcp") return "docker";
  return `${endpoint.hostname.includes(":") ? `[${endpoint.hostname}]` : endpoint.hostname}:${endpoint.port}`;
};

/**
 * A dockerode client whose connections the agent opens.
 * @param apiVersion e.g. `1.41`; undefined for the calls that need no version.
 */
export function createDocker(Client: typeof Docker, endpoint: Endpoint, agent: Agent, apiVersion?: string): Docker {
  const headers = {
    Host: hostHeader(endpoint),
    "User-Agent": "openfactory-deploy",
    // docker-modem formats each request for its log, even if that is off. Headers may hold credentials.
    [inspect.custom]: () => "[headers]",
  };
  // docker-modem drops its option pathPrefix (apocas/docker-modem#167): the prefix goes in front of the version.
  const prefix = endpoint.kind === "tcp" ? endpoint.pathPrefix.slice(1) : "";
  const version = [prefix, apiVersion && `v${apiVersion}`].filter(Boolean).join("/");
  // The agent ignores the socket path. It keeps docker-modem from resolving an address itself.
  const options = { socketPath: endpoint.host, agent, headers, ...(version && { version }) };
  return withoutDockerHost(() => new Client(options));
}

/**
 * docker-modem reads DOCKER_HOST and the certificates of the environment even if it is given an address, and throws if
 * they are malformed (apocas/docker-modem#61).
 */
function withoutDockerHost<Result>(create: () => Result): Result {
  const { DOCKER_HOST } = process.env;
  delete process.env["DOCKER_HOST"];
  try {
    return create();
  } finally {
    if (DOCKER_HOST !== undefined) process.env["DOCKER_HOST"] = DOCKER_HOST;
  }
}

/**
 * A name or id as one segment of a path: dockerode does not escape them (apocas/dockerode#557).
 * @throws DeploymentError `INVALID_REQUEST` if it would name another path.
 */
export function segment(name: string): string {
  if (name === "" || name === "." || name === "..") {
    throw new DeploymentError("INVALID_REQUEST", `"${name}" is not a name or an id.`, { hint: "Use a name or an id." });
  }
  return encodeURIComponent(name);
}

/** An image reference as a path: its slashes stay. */
export const imagePath = (image: string): string => image.split("/").map(segment).join("/");

/** The query that filters a list; empty without filters. */
export const filterQuery = (filters: Filters | undefined): { filters?: string } =>
  filters && Object.keys(filters).length > 0 ? { filters: JSON.stringify(filters) } : {};

type Query = Readonly<Record<string, string | number | undefined>>;

/** Query and body of a call that has both: otherwise dockerode sends the body in the query, too (apocas/dockerode#144). */
export const queryAndBody = (query: Query, body: object = {}): { _query: object; _body: object } => ({
  _query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
  _body: body,
});

interface DialRequest {
  method?: "GET" | "POST";
  /** Without the version. */
  path: string;
  query?: Query;
  body?: object;
  authconfig?: AuthConfig | undefined;
}

interface Dialer {
  dial(options: object, callback: (error: Error | null, answer: unknown) => void): void;
}

function dialWith(docker: Docker, request: DialRequest, abortSignal: AbortSignal, more: object): Promise<unknown> {
  const { method = "GET", path, query = {}, body, authconfig } = request;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const options = { path: `${path}?`, method, options: queryAndBody(query, body), authconfig, abortSignal, ...more };
  (docker.modem as Dialer).dial(options, (error, answer) => (error ? reject(error) : resolve(answer)));
  return promise;
}

/** A call that dockerode's classes lack. Resolves with the answer's JSON, as these do. */
export const dial = (docker: Docker, request: DialRequest, abortSignal: AbortSignal): Promise<unknown> =>
  dialWith(docker, request, abortSignal, {
    statusCodes: { 200: true, 201: true, 204: true },
    allowEmpty: request.body !== undefined,
  });

const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

/** The same, for an answer that is read as a stream. @throws AnswerError */
export async function dialStream(
  docker: Docker,
  request: DialRequest,
  abortSignal: AbortSignal,
): Promise<IncomingMessage> {
  const more = { isStream: true, statusCodes: ANY_STATUS };
  const response = (await dialWith(docker, request, abortSignal, more)) as IncomingMessage;
  const { statusCode = 0 } = response;
  if (statusCode < 300) return response;
  const json = await readBody(response);
  throw Object.assign(new Error(`HTTP status ${statusCode}`), { statusCode, json });
}

/** dockerode's error for an answer with an error status. */
interface AnswerError extends Error {
  statusCode: number;
  reason?: string;
  /** The body, parsed if it is JSON; missing for calls that return a stream. */
  json?: unknown;
}

/** The answer behind dockerode's error; undefined for any other error. */
export function errorAnswer(error: unknown): { status: number; body: string; json?: unknown } | undefined {
  const { statusCode, reason = "unexpected", json, message } = error as Partial<AnswerError>;
  if (!(error instanceof Error) || typeof statusCode !== "number") return undefined;
  // For a stream, dockerode has the body's message only, within its own: `(HTTP code 404) reason - message `.
  const body = json ?? message?.slice(`(HTTP code ${statusCode}) ${reason} - `.length, -1);
  const text = typeof body === "string" || Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
  return { status: statusCode, body: text, json };
}

/**
 * The body as text. Rejects with the system's error if the connection breaks before its end.
 */
export function readBody(response: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  // Events are faster than an iterator for short answers.
  response
    .setEncoding("utf8")
    .on("data", (piece: string) => (text += piece))
    .once("end", () => resolve(text))
    .once("error", reject)
    .once("close", () =>
      reject(Object.assign(new Error("The connection closed within the answer."), { code: "ECONNRESET" })),
    );
  return promise;
}
