import { throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, perEngine } from "@openfactory/docker-engine";

/** Answers for all keys with one poll. The function that it resolves with returns the result of one key, or throws. */
export type Poll<Key, Result> = (keys: readonly Key[]) => Promise<(key: Key) => Result>;

/**
 * The delay from the end of one poll to the start of the next, in milliseconds: `backoffFactor` times the duration of the
 * poll, within the limits. Polls that cost the engine a lot are therefore rare.
 */
export interface PollInterval {
  readonly minDelayMs: number;
  readonly backoffFactor: number;
  readonly maxDelayMs: number;
}

/** For lookups: a poll starts at once, and requests that arrive while it runs share the next one. */
export const NO_DELAY: PollInterval = { minDelayMs: 0, backoffFactor: 0, maxDelayMs: 0 };

export interface PollOptions {
  signal?: AbortSignal;
  /** Start the poll within this many milliseconds, even if it is not due. Default: no limit. */
  withinMs?: number;
  /** The service to name in an `ABORTED` error. */
  service?: string;
}

interface Waiter<Key, Result> {
  readonly key: Key;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One poller for many callers: all calls before a poll starts share that poll, so a hundred waits cost what one does. */
export class BatchPoller<Key, Result> {
  readonly #poll: Poll<Key, Result>;
  readonly #interval: PollInterval;
  readonly #waiters = new Set<Waiter<Key, Result>>();
  #timer: NodeJS.Timeout | undefined;
  /** The earliest `startBy` of the waiters, or of one that was aborted. */
  #startBy = Infinity;
  #isPolling = false;
  #dueAt = -Infinity;

  constructor(poll: Poll<Key, Result>, interval: PollInterval) {
    this.#poll = poll;
    this.#interval = interval;
  }

  /**
   * The result of the next poll, which starts after this call.
   * @throws DeploymentError `ABORTED` when the signal fires first; the error of the poll.
   */
  async next(key: Key, { signal, withinMs = Infinity, service }: PollOptions = {}): Promise<Result> {
    throwIfAborted(signal, { service });
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const waiter = { key, resolve, reject };
    const cancel = (): void => {
      this.#waiters.delete(waiter);
      reject(signal?.reason);
      this.#schedule();
    };
    signal?.addEventListener("abort", cancel, { once: true });
    this.#waiters.add(waiter);
    this.#startBy = Math.min(this.#startBy, Date.now() + withinMs);
    this.#schedule();
    try {
      return await promise;
    } catch (error) {
      throwIfAborted(signal, { service });
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isPolling || this.#waiters.size === 0) return;
    const startAt = Math.min(this.#dueAt, this.#startBy);
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, startAt - Date.now()));
  }

  /** Rejects for no reason: {@link #run} has no caller that could handle that. */
  async #resultOf(keys: readonly Key[]): Promise<(key: Key) => Result> {
    try {
      return await this.#poll(keys);
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  async #run(): Promise<void> {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    this.#startBy = Infinity;
    this.#isPolling = true;
    const startedAt = Date.now();
    const resultOf = await this.#resultOf([...new Set(waiters.map(({ key }) => key))]);
    this.#isPolling = false;
    const { minDelayMs, backoffFactor, maxDelayMs } = this.#interval;
    const delay = (Date.now() - startedAt) * backoffFactor;
    this.#dueAt = Date.now() + Math.min(maxDelayMs, Math.max(minDelayMs, delay));
    for (const { key, resolve, reject } of waiters) {
      try {
        resolve(resultOf(key));
      } catch (error) {
        reject(error);
      }
    }
    this.#schedule();
  }
}

/** A lookup of something that an engine has once. Concurrent callers share one call. */
export function sharedLookup<Result>(
  call: (engine: DockerEngine) => Promise<Result>,
): (engine: DockerEngine, options: PollOptions) => Promise<Result> {
  const pollers = perEngine(
    (engine) =>
      new BatchPoller<undefined, Result>(async () => {
        const result = await call(engine);
        return () => result;
      }, NO_DELAY),
  );
  return (engine, options) => pollers(engine).next(undefined, options);
}
