import { checkShape, type Shape } from "../answers/shape.js";
import { infoShape, versionShape } from "../answers/shapes.js";
import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { DeploymentError, redactError, Redactor, throwIfAborted } from "@openfactory/deploy-core";
import { Negotiation } from "./api-version.js";
import { CallLimits, retryRead } from "./call-limits.js";
import type { Connection } from "./connection.js";
import { readBody, dialStream, errorAnswer } from "./dockerode.js";
import type { Client, DuplexRequest } from "./client.js";
import type { EngineCall, EngineRequest, StreamOptions } from "./engine-call.js";
import { infoRequest, versionRequest } from "./shared-calls.js";
import type { CallOptions } from "../engine.js";
import { connectionError } from "../errors/connection-error.js";
import { statusError } from "../errors/engine-error.js";
import { explainSwarmState } from "../errors/swarm-state.js";
import { type Dialect, docker } from "../podman/dialect.js";
import { detectDialect } from "../podman/podman.js";

const PING: EngineCall = { action: "report its API version", read: true };
// Not dockerode's ping(): it returns the body, and the version and the kind of engine are in the headers.
const pingHeaders: EngineRequest = async (docker, abortSignal) => {
  const response = await dialStream(docker, { path: "/_ping" }, abortSignal);
  await readBody(response);
  return response.headers;
};

const VERSION: EngineCall = { action: "report its version", read: true };
const INFO: EngineCall = { action: "report its state (GET /info)", read: true };
/** The engine's state only improves a hint: it is not worth a long wait. */
const STATE_TIMEOUT_MS = 5_000;

/**
 * A change may take this many times as long as a read while the engine answers pings: on a quarter of a core, an engine that
 * stops 100 containers at the same time answered the last calls after more than 40 s.
 */
const BUSY_FACTOR = 4;

/** The status if there is nothing to do: the container is already running, or stopped. */
const NOT_MODIFIED = 304;

/** Calls {@link CallLimits.giveUp} once the engine does not answer a ping. Returns a function that ends the checks. */
function watchEngine(limits: CallLimits, intervalMs: number, ping: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const schedule = (): void => {
    if (!isOver) timer = setTimeout(check, intervalMs);
  };
  const check = (): void => {
    ping().then(schedule, () => {
      if (!isOver) limits.giveUp();
    });
  };
  schedule();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string";

/** Calls the engine through dockerode. Version, time limits, aborts, retries and errors are the same for every call. */
export class EngineClient implements Client {
  readonly #connection: Connection;
  readonly #secrets: Redactor;
  readonly #timeoutMs: number;
  readonly #negotiation: Negotiation;
  #dialect: Dialect = docker;

  /** @param secrets redacted in errors. */
  constructor(connection: Connection, timeoutMs: number, maxApiVersion?: string, secrets = new Redactor()) {
    this.#secrets = secrets;
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    const calls = {
      ping: async (limits: CallLimits) => {
        const headers = (await this.#answer(PING, pingHeaders, limits)) as IncomingHttpHeaders;
        this.#dialect = detectDialect(headers);
        return headers["api-version"]?.toString();
      },
      version: async (limits: CallLimits) =>
        checkShape(await this.#answer(VERSION, versionRequest, limits), versionShape, VERSION.action),
    };
    this.#negotiation = new Negotiation(calls, connection, maxApiVersion);
  }

  get host(): string {
    return this.#connection.endpoint.host;
  }

  async apiVersion(options: CallOptions = {}): Promise<string> {
    throwIfAborted(options.signal);
    return this.#negotiation.agreed ?? this.#limited(PING, options, (limits) => this.#negotiation.agree(limits));
  }

  /** Resolves if the engine answers at all. */
  async ping(options: CallOptions): Promise<void> {
    await this.#limited(PING, options, (limits) => this.#answer(PING, pingHeaders, limits));
  }

  async dialect(options: CallOptions = {}): Promise<Dialect> {
    await this.apiVersion(options);
    return this.#dialect;
  }

  json<Result>(
    call: EngineCall,
    shape: Shape<Result>,
    request: EngineRequest,
    options: CallOptions = {},
  ): Promise<Result> {
    return this.#limited(call, options, async (limits) =>
      checkShape(await this.#versioned(call, request, limits), shape, call.action),
    );
  }

  async send(call: EngineCall, request: EngineRequest, options: CallOptions = {}): Promise<void> {
    await this.#limited(call, options, (limits) => this.#versioned(call, request, limits));
  }

  async *stream(
    call: EngineCall,
    request: EngineRequest,
    options: StreamOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const limits = this.#limits(call, options);
    // Where silence is normal, the engine must still answer other calls.
    const stopWatch = this.#watch(limits);
    try {
      const response = await this.#versioned(call, request, limits);
      limits.stopClock();
      options.onOpen?.();
      const { idleMs = Infinity } = options;
      limits.expectNext(idleMs);
      for await (const chunk of response as AsyncIterable<Buffer>) {
        // The time that the reader takes is not the engine's.
        limits.stopClock();
        yield chunk;
        limits.expectNext(idleMs);
      }
      limits.check();
    } catch (error) {
      throw await this.#withState(this.#failure(error, limits), options);
    } finally {
      stopWatch();
      limits.close();
    }
  }

  async duplex(call: EngineCall, request: DuplexRequest, options: CallOptions = {}): Promise<Duplex> {
    const open = async (limits: CallLimits): Promise<Duplex> =>
      (await this.#versioned(call, request, limits)) as Duplex;
    const connection = await this.#limited(call, options, open);
    this.#watchDuplex(call, connection);
    return connection;
  }

  /** Silence is normal in a two-way stream, but the engine must still answer other calls: otherwise the stream fails. */
  #watchDuplex(call: EngineCall, connection: Duplex): void {
    const limits = this.#limits(call, { timeoutMs: Infinity });
    const stopWatch = this.#watch(limits);
    limits.signal.addEventListener("abort", () => connection.destroy(limits.failure), { once: true });
    connection.once("close", () => {
      stopWatch();
      limits.close();
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #versioned(call: EngineCall, request: EngineRequest, limits: CallLimits): Promise<unknown> {
    return this.#answer(call, request, limits, await this.#negotiation.agree(limits));
  }

  /** @throws DeploymentError by the answer's status; the system's error. */
  async #answer(call: EngineCall, request: EngineRequest, limits: CallLimits, version?: string): Promise<unknown> {
    const client = await this.#connection.docker(version);
    const attempt = async (): Promise<unknown> => {
      limits.check();
      return request(client, limits.signal);
    };
    try {
      return await (call.read ? retryRead(attempt, limits.signal) : attempt());
    } catch (error) {
      limits.check();
      const answer = errorAnswer(error);
      if (answer === undefined) throw error;
      if (answer.status === NOT_MODIFIED) return undefined;
      throw statusError(answer.status, answer.body, call);
    }
  }

  #limits(call: EngineCall, options: CallOptions): CallLimits {
    return new CallLimits(options, this.#timeoutMs * (call.read ? 1 : BUSY_FACTOR), call.action, this.host);
  }

  async #limited<Result>(
    call: EngineCall,
    options: CallOptions,
    work: (limits: CallLimits) => Promise<Result>,
  ): Promise<Result> {
    const limits = this.#limits(call, options);
    const stopWatch = limits.timeoutMs > this.#timeoutMs ? this.#watch(limits) : undefined;
    try {
      return await work(limits);
    } catch (error) {
      throw await this.#withState(this.#failure(error, limits), options);
    } finally {
      stopWatch?.();
      limits.close();
    }
  }

  /** During a call that may take longer than other calls, checks at their time limit that the engine answers a ping. */
  #watch(limits: CallLimits): () => void {
    return watchEngine(limits, this.#timeoutMs, async () => {
      const pingLimits = this.#limits(PING, {});
      try {
        await this.#answer(PING, pingHeaders, pingLimits);
      } finally {
        pingLimits.close();
      }
    });
  }

  async #withState(error: unknown, { signal, explainSwarmState: explains = true }: CallOptions): Promise<unknown> {
    if (!explains || !DeploymentError.isInstance(error, "NOT_A_SWARM_MANAGER")) return error;
    return explainSwarmState(error, this.host, () =>
      this.json(INFO, infoShape, infoRequest, { signal, timeoutMs: STATE_TIMEOUT_MS }),
    );
  }

  #failure(error: unknown, limits: CallLimits): unknown {
    try {
      limits.check();
    } catch (ended) {
      return ended;
    }
    const isOther = DeploymentError.isInstance(error) || !isSystemError(error);
    return redactError(isOther ? error : connectionError(error, this.#connection.endpoint), this.#secrets);
  }
}
