import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Call, TimingRecorder } from "./recorder.js";

// Source: the built-in channels of Node for HTTP, https://nodejs.org/api/diagnostics_channel.html
const STARTED = "http.client.request.start";
const ANSWERED = "http.client.response.finish";

// Source: the channels of Node's fetch, https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
const FETCH = "undici:request:";

/**
 * Records each HTTP call of this process, over every transport. Only the method and the path are kept: the query, the
 * headers and the bodies can contain secrets. Of a call of `fetch`, to a registry or to the server of a device's file, also the
 * path can.
 * @returns a function that stops it.
 */
export function recordCalls(recorder: TimingRecorder): () => void {
  const open = new WeakMap<ClientRequest, Call>();
  const started = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    const call: Call = { name: pathOf(request), method: request.method, begin: performance.now(), end: Number.NaN };
    open.set(request, call);
    recorder.addCall(call);
  };
  const answered = (message: unknown): void => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const call = open.get(request);
    if (call === undefined) return;
    if (response.statusCode !== undefined) call.status = response.statusCode;
    response.once("close", () => (call.end = performance.now()));
  };
  const fetches = new WeakMap<object, Call>();
  const fetched = (message: unknown): void => {
    const { request } = message as FetchMessage;
    const call = { name: request.origin, method: request.method, begin: performance.now(), end: Number.NaN };
    fetches.set(request, call);
    recorder.addCall(call);
  };
  const fetchAnswered = (message: unknown): void => {
    const { request, response } = message as FetchMessage;
    const call = fetches.get(request);
    if (call !== undefined && response !== undefined) call.status = response.statusCode;
  };
  const fetchEnded = (message: unknown): void => {
    const call = fetches.get((message as FetchMessage).request);
    if (call !== undefined) call.end = performance.now();
  };
  const listeners = [
    [STARTED, started],
    [ANSWERED, answered],
    [`${FETCH}create`, fetched],
    [`${FETCH}headers`, fetchAnswered],
    [`${FETCH}trailers`, fetchEnded],
    [`${FETCH}error`, fetchEnded],
  ] as const;
  for (const [name, listener] of listeners) subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) unsubscribe(name, listener);
  };
}

interface FetchMessage {
  request: { origin: string; method: string };
  response?: { statusCode: number };
}

/** The path without the version of the API and without the query. */
const pathOf = ({ path }: ClientRequest): string => (path.split("?")[0] ?? "").replace(/^\/v\d+\.\d+(?=\/)/, "");
