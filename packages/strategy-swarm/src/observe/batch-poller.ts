import { throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

export interface PollOptions {
  signal?: AbortSignal;
  /** The look begins within so many milliseconds. Default: when it is due. */
  withinMs?: number;
  /** The service that an error is about. */
  service?: string;
}

/** Looks once for all keys; the function that it resolves with gives each its part, or throws. */
export type Look<Key, Found> = (keys: readonly Key[]) => Promise<(key: Key) => Found>;

/**
 * Milliseconds from the end of one look to the beginning of the next: `times` as long as that look took, so that a look
 * that costs the engine much is taken seldom, within the limits.
 */
export interface PollInterval {
  readonly least: number;
  readonly times: number;
  readonly most: number;
}

/** One look after the other, for what is asked for once: those who ask while one is under way share the next. */
export const NO_DELAY: PollInterval = { least: 0, times: 0, most: 0 };

interface Waiting<Key, Found> {
  readonly key: Key;
  readonly by: number;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/** One poller for all who wait: whoever asks before the next look shares it, so that a hundred waits cost what one does. */
export class BatchPoller<Key, Found> {
  readonly #look: Look<Key, Found>;
  readonly #pause: PollInterval;
  readonly #waiting = new Set<Waiting<Key, Found>>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #due = -Infinity;

  constructor(look: Look<Key, Found>, pause: PollInterval) {
    this.#look = look;
    this.#pause = pause;
  }

  /**
   * What the next look finds; it begins after this call.
   * @throws DeploymentError `ABORTED` when the signal fires first; what the look throws.
   */
  async next(key: Key, { signal, withinMs = Infinity, service }: PollOptions = {}): Promise<Found> {
    throwIfAborted(signal, { service });
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const waiting = { key, by: Date.now() + withinMs, resolve, reject };
    const giveUp = (): void => {
      this.#waiting.delete(waiting);
      reject(signal?.reason);
      this.#schedule();
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(waiting);
    this.#schedule();
    try {
      return await promise;
    } catch (error) {
      throwIfAborted(signal, { service });
      throw error;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isLooking || this.#waiting.size === 0) return;
    const time = Math.min(this.#due, ...[...this.#waiting].map(({ by }) => by));
    this.#timer = setTimeout(() => void this.#tick(), Math.max(0, time - Date.now()));
  }

  async #tick(): Promise<void> {
    const served = [...this.#waiting];
    this.#waiting.clear();
    this.#isLooking = true;
    const began = Date.now();
    const part = await this.#look([...new Set(served.map(({ key }) => key))]).catch((error: unknown) => () => {
      throw error;
    });
    this.#isLooking = false;
    const { least, times, most } = this.#pause;
    this.#due = Date.now() + Math.min(most, Math.max(least, (Date.now() - began) * times));
    for (const { key, resolve, reject } of served) {
      try {
        resolve(part(key));
      } catch (error) {
        reject(error);
      }
    }
    this.#schedule();
  }
}

/** One for each engine, whoever asks there. */
export function perEngine<Made>(make: (engine: DockerEngine) => Made): (engine: DockerEngine) => Made {
  const made = new WeakMap<DockerEngine, Made>();
  return (engine) => {
    const found = made.get(engine) ?? make(engine);
    made.set(engine, found);
    return found;
  };
}
