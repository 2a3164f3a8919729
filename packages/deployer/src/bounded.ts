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
