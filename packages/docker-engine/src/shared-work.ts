import { throwIfAborted } from "@openfactory/deploy-core";

export interface JoinOptions<Event> {
  /** Ends the wait of this caller; the work itself ends when nobody waits any more. */
  signal?: AbortSignal;
  /** Called with each event. What it throws ends the wait of this caller. */
  onEvent?: (event: Event) => void;
}

/** Does the work. `signal` fires when the last who waited has gone. */
export type Work<Result, Event> = (signal: AbortSignal, tell: (event: Event) => void) => Promise<Result>;

/** Work that several callers may want at the same time, and that is done once. What has ended is not kept. */
export class SharedWork<Result, Event = never> {
  readonly #running = new Map<string, Running<Result, Event>>();
  readonly #sameEvent: (event: Event) => string | undefined;

  /**
   * @param sameEvent of two events with one name the later says all: who joins late is told the last of each name. Those
   * without a name are not told again. Default: none is.
   */
  constructor(sameEvent: (event: Event) => string | undefined = () => undefined) {
    this.#sameEvent = sameEvent;
  }

  /**
   * The outcome of the work by that name: of what is under way, or else of `work`, which is begun.
   * @throws DeploymentError `ABORTED` by the caller's own signal; what `onEvent` throws; and what the work does.
   */
  async join(name: string, work: Work<Result, Event>, options: JoinOptions<Event> = {}): Promise<Result> {
    throwIfAborted(options.signal);
    const running = this.#running.get(name) ?? this.#begin(name, work);
    return running.wait(options);
  }

  #begin(name: string, work: Work<Result, Event>): Running<Result, Event> {
    const over = (): void => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    };
    const running = new Running<Result, Event>(this.#sameEvent, over);
    this.#running.set(name, running);
    running.begin(work);
    return running;
  }
}

class Running<Result, Event> {
  readonly #sameEvent: (event: Event) => string | undefined;
  readonly #over: () => void;
  readonly #left = new AbortController();
  readonly #outcome = Promise.withResolvers<Result>();
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #told = new Map<string, Event>();
  #waiting = 0;
  #isOver = false;

  /** @param over called when nobody can join any more. */
  constructor(sameEvent: (event: Event) => string | undefined, over: () => void) {
    this.#sameEvent = sameEvent;
    this.#over = over;
    // Those who wait handle its failure; there may be none left.
    this.#outcome.promise.catch(() => undefined);
  }

  begin(work: Work<Result, Event>): void {
    const done = work(this.#left.signal, (event) => this.#tell(event));
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
    for (const event of this.#told.values()) listener(event);
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

  #tell(event: Event): void {
    const name = this.#sameEvent(event);
    if (name !== undefined) this.#told.set(name, event);
    for (const listener of this.#listeners) listener(event);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#isOver) return;
    this.#end();
    this.#left.abort();
  }

  #end(): void {
    this.#isOver = true;
    this.#over();
  }
}
