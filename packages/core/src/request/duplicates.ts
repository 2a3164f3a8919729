/** The indexes of entries whose key an earlier entry has, in order. Takes time in proportion to the number of entries. */
export function duplicateIndexes(keys: readonly string[]): number[] {
  const seen = new Set<string>();
  return keys.flatMap((key, index) => {
    if (seen.has(key)) return [index];
    seen.add(key);
    return [];
  });
}
