import type { IncomingMessage } from "node:http";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Endpoint } from "../endpoint/endpoint.js";
import { statusError } from "../errors/status-error.js";
import { readBody } from "./body.js";
import type { CallLimits } from "./call-limits.js";
import type { Connection } from "./connection.js";
import type { EngineCall } from "./engine-call.js";
import { retryRead } from "./retry.js";

export interface Answer {
  response: IncomingMessage;
  body: string;
}

/** `/v1.41`, or empty for the calls that need no version. */
type Prefix = string;

// Node would write "localhost"; the engine wants a name, and proxies the right one.
const hostHeader = (endpoint: Endpoint): string => {
  if (endpoint.kind !== "tcp") return "docker";
  return `${endpoint.hostname.includes(":") ? `[${endpoint.hostname}]` : endpoint.hostname}:${endpoint.port}`;
};

const NOT_MODIFIED = 304;

/** An engine redirects nowhere; 304 is its answer for what is done already (start, stop). */
const isError = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 300 && statusCode !== NOT_MODIFIED;

const definedOf = (query: EngineCall["query"] = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );

/** What only reads may be asked again; what changes something is asked once. */
const repeatable = <Result>(call: EngineCall, work: () => Promise<Result>, limits: CallLimits): Promise<Result> =>
  call.method === "GET" || call.method === "HEAD" ? retryRead(work, limits.signal) : work();

async function headOf(
  connection: Connection,
  call: EngineCall,
  prefix: Prefix,
  limits: CallLimits,
): Promise<IncomingMessage> {
  const { endpoint } = connection;
  const modem = await connection.modem();
  limits.check();
  const response = await modem.send(
    {
      method: call.method,
      path: `${endpoint.kind === "tcp" ? endpoint.pathPrefix : ""}${prefix}${call.path}`,
      query: definedOf(call.query),
      headers: { Host: hostHeader(endpoint), "User-Agent": "openfactory-deploy", ...call.headers },
      body: call.body,
    },
    limits.signal,
  );
  // An abort can break it before anybody reads it.
  response.on("error", () => {});
  return response;
}

/** An answer that has begun. @throws DeploymentError by its status; the system's error. */
export async function open(
  connection: Connection,
  call: EngineCall,
  prefix: Prefix,
  limits: CallLimits,
): Promise<IncomingMessage> {
  const response = await repeatable(call, () => headOf(connection, call, prefix, limits), limits);
  if (isError(response)) throw statusError(response.statusCode ?? 0, await readBody(response), call);
  return response;
}

/** An answer read to its end. @throws DeploymentError by its status; the system's error. */
export async function exchange(
  connection: Connection,
  call: EngineCall,
  prefix: Prefix,
  limits: CallLimits,
): Promise<Answer> {
  const attempt = async (): Promise<Answer> => {
    const response = await headOf(connection, call, prefix, limits);
    return { response, body: await readBody(response) };
  };
  const answer = await repeatable(call, attempt, limits);
  if (isError(answer.response)) throw statusError(answer.response.statusCode ?? 0, answer.body, call);
  return answer;
}

/** @throws DeploymentError `ENGINE_ERROR` if it is not JSON. */
export function parseAnswer<Result>({ response, body }: Answer, call: EngineCall): Result {
  try {
    return JSON.parse(body) as Result;
  } catch {
    throw new DeploymentError("ENGINE_ERROR", `The engine's answer is not JSON when asked to ${call.action}.`, {
      hint: "See whether a proxy stands before the engine.",
      cause: { statusCode: response.statusCode, message: "the answer is not JSON" },
    });
  }
}
