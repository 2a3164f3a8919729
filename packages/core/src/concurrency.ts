/** Runs a function when a slot is free. Functions that wait start in order. */
export type Limit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Limits how many functions run at the same time. */
export function limit(size: number): Limit {
  const waiting: (() => void)[] = [];
  let free = size;
  const run: Limit = async (work) => {
    try {
      return await work();
    } finally {
      // The slot passes to the next in line, so that no later call takes it.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
  return (work) => {
    // A function that waits must not need more than an entry in the list: there can be thousands.
    if (free === 0) return new Promise((resolve) => waiting.push(() => resolve(run(work))));
    free -= 1;
    return run(work);
  };
}

/**
 * Maps items with at most `size` calls at a time. Returns results in the order of the items; throws the first error, after
 * which no other call starts. Items that wait need no memory.
 */
export async function mapLimit<Item, Result>(
  size: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = Array.from<Result>({ length: items.length });
  const waiting = indexed(items);
  const mapOthers = async (): Promise<void> => {
    // An error ends the generator, and with it the other loops.
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, mapOthers));
  return results;
}

function* indexed<Item>(items: readonly Item[]): Generator<[index: number, item: Item]> {
  yield* items.entries();
}
