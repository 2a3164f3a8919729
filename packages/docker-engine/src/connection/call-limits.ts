import { DeploymentError, throwIfAborted, sleep } from "@openfactory/deploy-core";
import type { CallOptions } from "../engine.js";
import { faultCode } from "../errors/connection-error.js";

/**
 * What may end a call early: the caller's signal and the time limit, as one signal for everything the call does.
 * `close` must be called when the call has ended.
 */
export class CallLimits {
  readonly #caller: AbortSignal | undefined;
  readonly #ended = new AbortController();
  readonly #onAbort = (): void => this.#end();
  #timer: NodeJS.Timeout | undefined;
  #timedOut: DeploymentError | undefined;

  /** @param what completes "while ...", e.g. `asked to create container demo`. */
  constructor(options: CallOptions, defaultTimeoutMs: number, what: string, host: string) {
    this.#caller = options.signal;
    throwIfAborted(this.#caller);
    this.#caller?.addEventListener("abort", this.#onAbort, { once: true });
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    if (!Number.isFinite(timeoutMs)) return;
    this.#timer = setTimeout(() => {
      this.#timedOut = new DeploymentError(
        "TIMEOUT",
        `The engine at ${host} did not answer within ${timeoutMs} ms when asked to ${what}.`,
        { hint: "See whether the engine is overloaded, or allow it more time." },
      );
      this.#end();
    }, timeoutMs);
  }

  /** Fires when either limit is reached. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The time limit ends here; the caller's signal stays in force. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  /** @throws DeploymentError `ABORTED` or `TIMEOUT`, if either limit was reached. */
  check(): void {
    throwIfAborted(this.#caller);
    if (this.#timedOut) throw this.#timedOut;
  }

  /** The outcome of `work`, or the error of whichever limit is reached first; `work` itself goes on. */
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

  #end(): void {
    this.close();
    this.#ended.abort();
  }
}

/** Waits before the second and the third attempt, in milliseconds. */
const BACKOFF = [50, 200] as const;
const PASSING = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ECONNABORTED"]);

/** Runs a read that can be repeated, at most three times, while its connection breaks or is refused. */
export async function retryRead<Result>(read: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (const wait of BACKOFF) {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted || !PASSING.has(faultCode(error as NodeJS.ErrnoException))) throw error;
    }
    await sleep(wait, signal);
  }
  return await read();
}
