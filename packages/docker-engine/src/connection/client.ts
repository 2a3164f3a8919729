import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import type { CallOptions } from "../engine.js";
import type { Dialect } from "../podman/dialect.js";
import type { EngineCall, EngineCalls } from "./engine-call.js";

/** The connection to one engine, or to the managers of one swarm. */
export interface Client extends EngineCalls {
  /** The address of the engine that gets the next call. */
  readonly host: string;
  apiVersion(options?: CallOptions): Promise<string>;
  /** The engine's dialect. Requires no separate call. */
  dialect(options?: CallOptions): Promise<Dialect>;
  /** The connection of a call that the engine turns into a two-way stream. The limits apply until it is open. */
  duplex(call: EngineCall, request: DuplexRequest, options?: CallOptions): Promise<Duplex>;
  close(): Promise<void>;
}

export type DuplexRequest = (docker: Docker, abortSignal: AbortSignal) => Promise<Duplex>;
