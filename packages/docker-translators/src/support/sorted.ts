/** Texts that are a set: sorted, each once; a new list. */
export const sortedSet = (texts: readonly string[] | null | undefined): string[] => [...new Set(texts ?? [])].sort();

/** A new list, sorted by the text that `keyOf` makes of an item. */
export const sortedBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] =>
  items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
