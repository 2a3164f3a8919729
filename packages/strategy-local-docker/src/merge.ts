/** Several sequences as one, each item as soon as it is there. Ends with the last of them; the first error ends all. */
export async function* merge<Item>(sources: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const next = async (source: AsyncGenerator<Item>) => ({ source, result: await source.next() });
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(source);
      } else {
        yield result.value;
        waiting.set(source, next(source));
      }
    }
  } finally {
    for (const pending of waiting.values()) pending.catch(() => undefined);
    await Promise.allSettled([...waiting.keys()].map((source) => source.return(undefined)));
  }
}
