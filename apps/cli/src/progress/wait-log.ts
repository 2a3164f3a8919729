import type { Wait } from "@openfactory/deploy-core";

/** A wait to show to the user. */
export interface ShownWait {
  readonly wait: Wait;
  /** When it began, on the clock of `Date.now()`. */
  readonly since: number;
  /** The number of other waits of the same level that last long too. */
  readonly others: number;
}

/** The most specific level first: it explains the others. */
const LEVELS: readonly Wait["level"][] = ["connection", "call", "operation", "command"];

/** The waits that are not over. */
export class WaitLog {
  readonly #begun = new Map<Wait, number>();
  readonly #now: () => number;

  /** @param now a clock in milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#begun.size === 0;
  }

  note(wait: Wait, isOver: boolean): void {
    if (isOver) this.#begun.delete(wait);
    else this.#begun.set(wait, this.#now());
  }

  /**
   * Of the waits that have lasted for `minMs`, the oldest one of the most specific level.
   * @param isOperationShown whether the user sees which operations run: then only single calls explain more.
   */
  find(minMs: number, isOperationShown: boolean): ShownWait | undefined {
    const latest = this.#now() - minMs;
    const long = [...this.#begun].filter(([, since]) => since <= latest);
    for (const level of isOperationShown ? LEVELS.slice(0, 2) : LEVELS) {
      const [first, ...others] = long.filter(([wait]) => wait.level === level);
      if (first !== undefined) return { wait: first[0], since: first[1], others: others.length };
    }
    return undefined;
  }
}
