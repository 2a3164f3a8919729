import type Docker from "dockerode";
import type { Shape } from "../answers/shape.js";
import type { CallOptions } from "../engine.js";

/** The subject of a call, for its errors. */
export interface CallSubject {
  /** Completes "could not ...", e.g. `create container demo`. */
  action: string;
  /** The engine answers 503 (406 on old versions) if it is not a swarm manager. */
  swarm?: boolean;
  /** The image: status 404 means that it does not exist. */
  image?: string;
}

/** One call of the Engine API, for its errors and repetition. */
export interface EngineCall extends CallSubject {
  /** The call changes nothing: it is repeated if the connection breaks or is refused. */
  read?: true;
  /** The engine rejects the same call if it has made the change, since the version is outdated: it can be made again. */
  versioned?: true;
  /** Looks up whether the engine has made the change. @returns the answer of the call; undefined if it has not. */
  recheck?(calls: EngineCalls, options: CallOptions): Promise<unknown>;
}

/** Makes the call. Rejects as dockerode does; the signal ends the request. */
export type EngineRequest = (docker: Docker, abortSignal: AbortSignal) => Promise<unknown>;

export interface StreamOptions extends CallOptions {
  /** Called when the engine has started the stream. */
  onOpen?: () => void;
  /** Milliseconds without a byte until `TIMEOUT`, for streams in which silence is not normal. Default: no limit. */
  idleMs?: number;
}

/** Calls to an engine: version, time limits, aborts, retries and errors are the same for each. */
export interface EngineCalls {
  /** The answer's JSON. @throws DeploymentError `ENGINE_ERROR` if it is not JSON, or has another shape. */
  json<Result>(call: EngineCall, shape: Shape<Result>, request: EngineRequest, options?: CallOptions): Promise<Result>;
  /** For calls without an answer. */
  send(call: EngineCall, request: EngineRequest, options?: CallOptions): Promise<void>;
  /** The answer's bytes as they arrive. The time limit applies until the answer begins, the signal to its end. */
  stream(call: EngineCall, request: EngineRequest, options?: StreamOptions): AsyncGenerator<Buffer, void, undefined>;
}
