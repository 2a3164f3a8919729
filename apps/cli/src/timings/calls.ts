import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Call, TimingRecorder } from "./recorder.js";

// Source: the built-in channels of Node for HTTP, https://nodejs.org/api/diagnostics_channel.html
const STARTED = "http.client.request.start";
const ANSWERED = "http.client.response.finish";

/**
 * Records each HTTP call of this process, over every transport. Only the method and the path are kept: the query, the
 * headers and the bodies can contain secrets.
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
  subscribe(STARTED, started);
  subscribe(ANSWERED, answered);
  return () => {
    unsubscribe(STARTED, started);
    unsubscribe(ANSWERED, answered);
  };
}

/** The path without the version of the API and without the query. */
const pathOf = ({ path }: ClientRequest): string => (path.split("?")[0] ?? "").replace(/^\/v\d+\.\d+(?=\/)/, "");
