import type Docker from "dockerode";
import type { CallOptions } from "../engine.js";

/** What a call is about, for its errors. */
export interface CallSubject {
  /** Completes "could not ...", e.g. `create container demo`. */
  action: string;
  /** Answers 503 (406 on old versions) where the engine is no swarm manager. */
  swarm?: boolean;
  /** A 404 of it means that the image is not there. */
  image?: string;
}

/** One call of the Engine API, for its errors and repetition. */
export interface EngineCall extends CallSubject {
  /** It changes nothing: it is repeated if the connection breaks or is refused. */
  read?: true;
}

/** Makes the call. Rejects as dockerode does; the signal ends the request. */
export type EngineRequest = (docker: Docker, abortSignal: AbortSignal) => Promise<unknown>;

export interface StreamOptions extends CallOptions {
  /** Called when the engine has begun the stream. */
  onOpen?: () => void;
}

/** Calls to an engine: version, time limits, aborts, retries and errors are the same for each. */
export interface EngineCalls {
  /** The answer's JSON. @throws DeploymentError `ENGINE_ERROR` if it is none. */
  json<Result>(call: EngineCall, request: EngineRequest, options?: CallOptions): Promise<Result>;
  /** For calls whose answer says no more than that it is done. */
  send(call: EngineCall, request: EngineRequest, options?: CallOptions): Promise<void>;
  /** The answer's bytes as they come. The time limit holds until the answer begins, the signal to its end. */
  stream(call: EngineCall, request: EngineRequest, options?: StreamOptions): AsyncGenerator<Buffer, void, undefined>;
}
