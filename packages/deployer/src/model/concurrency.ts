import type { Milestone } from "./project.js";

/** Removals wait for processes to end, not for the engine: more of them go at once than deploys. */
export const REMOVALS_AT_ONCE = 16;

/** Runs what it is given at once, at most `size` at a time; the rest wait for their turn in order. */
export type Slots = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function slots(size: number): Slots {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody slips in between.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** The results in the order of the items. The first failure is thrown. */
export function eachBounded<Item, Result>(
  size: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const inTurn = slots(size);
  return Promise.all(items.map((item) => inTurn(() => work(item))));
}

/** How far each service has come. */
export class Milestones {
  readonly #pending = new Map<string, PromiseWithResolvers<boolean>>();

  reach(service: string, milestone: Milestone): void {
    this.#at(service, milestone).resolve(true);
  }

  /** The service comes no further. */
  giveUp(service: string): void {
    for (const milestone of ["started", "ready", "completed"] as const) this.#at(service, milestone).resolve(false);
  }

  /** Resolves with whether the service got there. */
  until(service: string, milestone: Milestone): Promise<boolean> {
    return this.#at(service, milestone).promise;
  }

  #at(service: string, milestone: Milestone): PromiseWithResolvers<boolean> {
    const key = `${milestone} ${service}`;
    const found = this.#pending.get(key) ?? Promise.withResolvers<boolean>();
    this.#pending.set(key, found);
    return found;
  }
}
