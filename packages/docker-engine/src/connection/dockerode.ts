import type { Agent, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { callbackify, inspect, promisify } from "node:util";
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
  const client = withoutDockerHost(() => new Client(options));
  limitAnswers(client.modem as Modem);
  return client;
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

export interface DialRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Without the version. */
  path: string;
  query?: Query;
  body?: object;
  /** A tar archive, sent instead of a body. */
  file?: Buffer;
  authconfig?: AuthConfig | undefined;
}

interface ModemCall {
  isStream?: boolean;
  hijack?: boolean;
  openStdin?: boolean;
  statusCodes: object;
}

type Callback = (error: Error | null, answer: unknown) => void;

/** docker-modem, which makes the calls of dockerode's classes. */
interface Modem {
  dial(call: ModemCall, callback: Callback): void;
}

/** The longest answer that is read, in bytes: about 100,000 containers with 1 kB of labels each. */
const MAX_ANSWER = 256 * 1024 ** 2;
/** The longest answer with an error status: the rest of it is not read. */
const MAX_ERROR_ANSWER = 64 * 1024;

const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

/**
 * docker-modem keeps answers of any length in memory, and returns the bytes of an answer that is not JSON. Every call,
 * those of dockerode's classes included, goes through `dial`: here answers are read up to a limit.
 */
function limitAnswers(modem: Modem): void {
  const dial = modem.dial.bind(modem);
  const dialAnswer = promisify(dial);
  const limited = callbackify(async (call: ModemCall) => {
    const answer = await dialAnswer({ ...call, isStream: true, statusCodes: ANY_STATUS });
    return readAnswer(answer as IncomingMessage, call);
  });
  modem.dial = (call, callback) => (call.hijack || call.openStdin ? dial : limited)(call, callback);
}

/**
 * The JSON of an answer, its bytes if it is not JSON, or for a stream the answer itself. Every status below 300 is a success:
 * dockerode's methods do not list all of them.
 * @throws AnswerError; DeploymentError `ENGINE_ERROR` if it is too long.
 */
async function readAnswer(response: IncomingMessage, { isStream }: Pick<ModemCall, "isStream">): Promise<unknown> {
  const { statusCode = 0 } = response;
  if (statusCode >= 300) {
    const body = await readBody(response, MAX_ERROR_ANSWER, "cut");
    throw Object.assign(new Error(`HTTP status ${statusCode}`), { statusCode, body });
  }
  if (isStream) return response;
  const body = await readBody(response);
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return Buffer.from(body);
  }
}

function dialWith(docker: Docker, request: DialRequest, abortSignal: AbortSignal, more: object): Promise<unknown> {
  const { method = "GET", path, query = {}, body, file, authconfig } = request;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const options = { path: `${path}?`, method, options: queryAndBody(query, body), file, authconfig, abortSignal };
  const call = { ...options, statusCodes: {}, ...more };
  (docker.modem as Modem).dial(call, (error, answer) => (error ? reject(error) : resolve(answer)));
  return promise;
}

/** A call that dockerode's classes lack. Resolves with the answer's JSON, as these do. */
export const dial = (docker: Docker, request: DialRequest, abortSignal: AbortSignal): Promise<unknown> =>
  dialWith(docker, request, abortSignal, { allowEmpty: request.body !== undefined });

/** The same, for an answer that is read as a stream. */
export const dialStream = (docker: Docker, request: DialRequest, abortSignal: AbortSignal): Promise<IncomingMessage> =>
  dialWith(docker, request, abortSignal, { isStream: true }) as Promise<IncomingMessage>;

/** The connection of a call that the engine turns into a two-way stream. */
export async function dialDuplex(docker: Docker, request: DialRequest, abortSignal: AbortSignal): Promise<Duplex> {
  const call = { isStream: true, hijack: true, statusCodes: ANY_STATUS };
  const answer = await dialWith(docker, request, abortSignal, call);
  if (!isResponse(answer)) return answer as Duplex;
  await readAnswer(answer, {});
  throw new DeploymentError("ENGINE_ERROR", "The engine did not open a two-way stream.", {
    hint: "A proxy may be intercepting the connection: check the engine's address.",
    cause: { message: `HTTP status ${answer.statusCode}` },
  });
}

/** An upgraded connection has no status. */
const isResponse = (answer: unknown): answer is IncomingMessage =>
  typeof (answer as Partial<IncomingMessage>).statusCode === "number";

/** The error for an answer with an error status. */
interface AnswerError extends Error {
  statusCode: number;
  body: string;
}

/** The answer behind an error of a call; undefined for any other error. */
export function errorAnswer(error: unknown): { status: number; body: string } | undefined {
  const { statusCode, body = "" } = error as Partial<AnswerError>;
  return error instanceof Error && typeof statusCode === "number" ? { status: statusCode, body } : undefined;
}

/**
 * The body as text, up to `limit` bytes. Rejects with the system's error if the connection breaks before its end.
 * @param beyond a longer body is an error, or cut at the limit. The connection is closed.
 * @throws DeploymentError `ENGINE_ERROR` for a longer body.
 */
export function readBody(
  response: IncomingMessage,
  limit: number = MAX_ANSWER,
  beyond: "fail" | "cut" = "fail",
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const pieces: Buffer[] = [];
  let length = 0;
  if (beyond === "fail" && Number(response.headers["content-length"] ?? 0) > limit) {
    response.on("error", () => {}).destroy();
    return Promise.reject(tooLong(limit));
  }
  // Events are faster than an iterator for short answers.
  response
    .on("data", (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length <= limit) return;
      if (beyond === "cut") resolve();
      else reject(tooLong(limit));
      response.destroy();
    })
    .once("end", resolve)
    .on("error", reject)
    .once("close", () => response.readableEnded || reject(closedWithin()));
  // Not in a handler: without the memory for the text, the promise rejects.
  return promise.then(() => Buffer.concat(pieces).toString("utf8", 0, limit));
}

/** The error of a connection that closes without one. */
export const closedWithin = (): Error =>
  Object.assign(new Error("The connection closed within the answer."), { code: "ECONNRESET" });

/** @throws DeploymentError `ENGINE_ERROR` for an answer of more bytes than are read. */
export function checkLength(bytes: number): void {
  if (bytes > MAX_ANSWER) throw tooLong(MAX_ANSWER);
}

const tooLong = (limit: number): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", `The engine's response is longer than ${limit / 1024 ** 2} MiB.`, {
    hint: "Check that the address is that of a Docker Engine.",
    cause: { message: "the response is too long" },
  });
