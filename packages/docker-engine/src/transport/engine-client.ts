import { DeploymentError, redactError, Redactor, throwIfAborted } from "@openfactory/deploy-core";
import { Negotiation } from "../api/negotiation.js";
import { dialectOf } from "../dialect/dialect-of.js";
import { type Dialect, docker } from "../dialect/dialect.js";
import type { CallOptions } from "../engine.js";
import type { EngineInfo, EngineVersion } from "../engine-types.js";
import { connectionError } from "../errors/connection-error.js";
import { explainSwarmState } from "../errors/swarm-state.js";
import { CallLimits } from "./call-limits.js";
import type { Connection } from "./connection.js";
import type { EngineCall } from "./engine-call.js";
import { exchange, open, parseAnswer } from "./exchange.js";

export interface StreamOptions extends CallOptions {
  /** Called when the engine has begun the stream. */
  onOpen?: () => void;
}

const PING: EngineCall = { method: "GET", path: "/_ping", action: "tell its API version" };
const VERSION: EngineCall = { method: "GET", path: "/version", action: "tell its version" };

const INFO: EngineCall = { method: "GET", path: "/info", action: "tell about itself" };
/** What the engine says of itself only makes an error clearer: it is not worth a long wait. */
const STATE_TIMEOUT_MS = 5_000;

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string";

/** Speaks the Engine API: version, time limits, aborts, retries and errors, alike for every call. */
export class EngineClient {
  readonly #connection: Connection;
  readonly #secrets: Redactor;
  readonly #timeoutMs: number;
  readonly #negotiation: Negotiation;
  #dialect: Dialect = docker;

  /** @param secrets what no error may repeat. */
  constructor(connection: Connection, timeoutMs: number, maxApiVersion?: string, secrets = new Redactor()) {
    this.#secrets = secrets;
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    const calls = {
      ping: async (limits: CallLimits) => {
        const { response } = await exchange(connection, PING, "", limits);
        this.#dialect = dialectOf(response.headers);
        return response.headers["api-version"]?.toString();
      },
      version: async (limits: CallLimits) =>
        parseAnswer<EngineVersion>(await exchange(connection, VERSION, "", limits), VERSION),
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

  /** How the engine's answers are to be read. Costs no call of its own. */
  async dialect(options: CallOptions = {}): Promise<Dialect> {
    await this.apiVersion(options);
    return this.#dialect;
  }

  /** The answer's JSON. */
  json<Result>(call: EngineCall, options: CallOptions = {}): Promise<Result> {
    return this.#limited(call, options, async (limits) =>
      parseAnswer<Result>(await exchange(this.#connection, call, await this.#prefix(limits), limits), call),
    );
  }

  /** For calls whose answer says no more than that it is done. */
  async send(call: EngineCall, options: CallOptions = {}): Promise<void> {
    await this.#limited(call, options, async (limits) =>
      exchange(this.#connection, call, await this.#prefix(limits), limits),
    );
  }

  /** The answer's bytes as they come. The time limit holds until the answer begins, the signal to its end. */
  async *stream(call: EngineCall, options: StreamOptions = {}): AsyncGenerator<Buffer, void, undefined> {
    const limits = this.#limits(call, options);
    try {
      const response = await open(this.#connection, call, await this.#prefix(limits), limits);
      limits.stopClock();
      options.onOpen?.();
      yield* response as AsyncIterable<Buffer>;
      limits.check();
    } catch (error) {
      throw await this.#explained(this.#failure(error, limits), options);
    } finally {
      limits.close();
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #limits(call: EngineCall, options: CallOptions): CallLimits {
    return new CallLimits(options, this.#timeoutMs, call.action, this.host);
  }

  async #limited<Result>(
    call: EngineCall,
    options: CallOptions,
    work: (limits: CallLimits) => Promise<Result>,
  ): Promise<Result> {
    const limits = this.#limits(call, options);
    try {
      return await work(limits);
    } catch (error) {
      throw await this.#explained(this.#failure(error, limits), options);
    } finally {
      limits.close();
    }
  }

  async #explained(error: unknown, { signal, explainsState = true }: CallOptions): Promise<unknown> {
    if (!explainsState || !DeploymentError.isInstance(error, "NOT_A_SWARM_MANAGER")) return error;
    return explainSwarmState(error, this.host, () =>
      this.json<EngineInfo>(INFO, { signal, timeoutMs: STATE_TIMEOUT_MS }),
    );
  }

  async #prefix(limits: CallLimits): Promise<string> {
    return `/v${await this.#negotiation.agree(limits)}`;
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
