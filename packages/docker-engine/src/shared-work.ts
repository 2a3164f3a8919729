import { throwIfAborted } from "@openfactory/deploy-core";

export interface JoinOptions<Event> {
  /** Ends the wait of this caller. The work ends when the last caller has stopped waiting. */
  signal?: AbortSignal;
  /** Called with each event. An error that it throws ends the wait of this caller. */
  onEvent?: (event: Event) => void;
}

/** Does the work. `signal` fires when the last caller has stopped waiting. */
export type Work<Result, Event> = (signal: AbortSignal, emit: (event: Event) => void) => Promise<Result>;

/** Work that is done once for all callers who ask for it at the same time. Results are not cached. */
export class SharedWork<Result, Event = never> {
  readonly #running = new Map<string, Running<Result, Event>>();
  readonly #eventKey: (event: Event) => string | undefined;

  /**
   * @param eventKey of events with the same key, a caller who joins late gets the last one. Events without a key are not
   * repeated. Default: none are.
   */
  constructor(eventKey: (event: Event) => string | undefined = () => undefined) {
    this.#eventKey = eventKey;
  }

  /**
   * The outcome of the running work with that key, or of `work`, which is started.
   * @throws DeploymentError `ABORTED` by the caller's own signal; the errors of `onEvent` and of the work.
   */
  async join(name: string, work: Work<Result, Event>, options: JoinOptions<Event> = {}): Promise<Result> {
    throwIfAborted(options.signal);
    const running = this.#running.get(name) ?? this.#start(name, work);
    return running.wait(options);
  }

  #start(name: string, work: Work<Result, Event>): Running<Result, Event> {
    const onEnd = (): void => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    };
    const running = new Running<Result, Event>(this.#eventKey, onEnd);
    this.#running.set(name, running);
    running.start(work);
    return running;
  }
}

class Running<Result, Event> {
  readonly #eventKey: (event: Event) => string | undefined;
  readonly #onEnd: () => void;
  readonly #abandoned = new AbortController();
  readonly #outcome = Promise.withResolvers<Result>();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #lastEvents = new Map<string, Event>();
  #waiting = 0;
  #hasEnded = false;

  /** @param onEnd called when no caller can join any more. */
  constructor(eventKey: (event: Event) => string | undefined, onEnd: () => void) {
    this.#eventKey = eventKey;
    this.#onEnd = onEnd;
    // The waiting callers handle the error; there may be none left.
    this.#outcome.promise.catch(() => undefined);
  }

  start(work: Work<Result, Event>): void {
    const done = work(this.#abandoned.signal, (event) => this.#emit(event));
    done.finally(() => this.#end()).then(this.#outcome.resolve, this.#outcome.reject);
  }

  async wait({ signal, onEvent }: JoinOptions<Event>): Promise<Result> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const listener = (event: Event): void => {
      try {
        onEvent?.(event);
      } catch (error) {
        this.#listeners.delete(listener);
        reject(error);
      }
    };
    this.#waiting += 1;
    this.#listeners.add(listener);
    for (const event of this.#lastEvents.values()) listener(event);
    signal?.addEventListener("abort", reject, { once: true });
    try {
      return await Promise.race([this.#outcome.promise, ended]);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      signal?.removeEventListener("abort", reject);
      this.#listeners.delete(listener);
      this.#leave();
    }
  }

  #emit(event: Event): void {
    const name = this.#eventKey(event);
    if (name !== undefined) this.#lastEvents.set(name, event);
    for (const listener of this.#listeners) listener(event);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#hasEnded) return;
    this.#end();
    this.#abandoned.abort();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#onEnd();
  }
}
