import { beginWait, DeploymentError, throwIfAborted, sleep } from "@openfactory/deploy-core";
import type { CallOptions } from "../engine.js";
import { systemErrorCode } from "../errors/connection-error.js";

/**
 * The caller's signal and the time limit of a call, as one signal. While the time runs, the process waits for the engine. Call
 * `close` when the call has ended.
 */
export class CallLimits {
  /** Milliseconds until the call ends with `TIMEOUT`. */
  readonly timeoutMs: number;
  readonly #caller: AbortSignal | undefined;
  readonly #action: string;
  readonly #host: string;
  readonly #ended = new AbortController();
  readonly #onAbort = (): void => this.#end();
  #timer: NodeJS.Timeout | undefined;
  #endWait: (() => void) | undefined;
  #timedOut: DeploymentError | undefined;

  /** @param action completes "when asked to ...", e.g. `create container demo`. */
  constructor(options: CallOptions, defaultTimeoutMs: number, action: string, host: string) {
    this.#caller = options.signal;
    this.#action = action;
    this.#host = host;
    throwIfAborted(this.#caller);
    this.#caller?.addEventListener("abort", this.#onAbort, { once: true });
    this.timeoutMs = (options.timeoutMs ?? defaultTimeoutMs) + (options.graceMs ?? 0);
    this.#startClock(this.timeoutMs, "did not answer within");
  }

  /** Fires when the caller aborts or the time limit passes. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The error of the time limit, once it has passed. */
  get failure(): DeploymentError | undefined {
    return this.#timedOut;
  }

  /** Ends the time limit. The caller's signal still applies. */
  stopClock(): void {
    clearTimeout(this.#timer);
    this.#endWait?.();
  }

  /** Starts a time limit for the next part of a stream, in milliseconds. */
  expectNext(idleMs: number): void {
    this.#startClock(idleMs, "sent nothing for");
  }

  /** @throws DeploymentError `ABORTED` or `TIMEOUT` if the signal has fired. */
  check(): void {
    throwIfAborted(this.#caller);
    if (this.#timedOut) throw this.#timedOut;
  }

  /** The outcome of `work`, or the error of a limit that is reached first. Does not stop `work`. */
  async race<Result>(work: Promise<Result>): Promise<Result> {
    this.check();
    const { promise, reject } = Promise.withResolvers<never>();
    this.signal.addEventListener("abort", reject, { once: true });
    try {
      return await Promise.race([work, promise]);
    } catch (error) {
      this.check();
      throw error;
    } finally {
      this.signal.removeEventListener("abort", reject);
    }
  }

  close(): void {
    this.stopClock();
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  /** Ends the call because the engine does not answer others either. */
  giveUp(): void {
    this.#timeOut("stopped answering");
  }

  #startClock(timeoutMs: number, failed: string): void {
    this.stopClock();
    if (!Number.isFinite(timeoutMs)) return;
    this.#endWait = beginWait({ subject: `the engine at ${this.#host}`, action: this.#action, level: "call" });
    this.#timer = setTimeout(() => this.#timeOut(`${failed} ${timeoutMs} ms`), timeoutMs);
  }

  #timeOut(failed: string): void {
    const message = `The engine at ${this.#host} ${failed} when asked to ${this.#action}.`;
    this.#timedOut = new DeploymentError("TIMEOUT", message, {
      hint: "Check the load of the engine's host, or set a longer time limit.",
      // Distinguishes the engine, for the deployer, from a service that was not ready in time.
      cause: { message, code: "ETIMEDOUT" },
    });
    this.#end();
  }

  #end(): void {
    this.close();
    this.#ended.abort();
  }
}

/** Delays before the second and the third attempt, in milliseconds. */
const RETRY_DELAYS_MS = [50, 200] as const;
const TRANSIENT = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ECONNABORTED"]);

/** Runs a read up to three times while its connection breaks or is refused. */
export async function retryRead<Result>(read: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted || !TRANSIENT.has(systemErrorCode(error as NodeJS.ErrnoException))) throw error;
    }
    await sleep(delayMs, signal);
  }
  return await read();
}
