import type { Defined } from "./engine-api/body-types.js";

/** A deep copy of plain data without the keys that hold `undefined`. Shares no object with `value`. */
export function copyDefined<T>(value: T): Defined<T> {
  if (Array.isArray(value)) return value.map((item) => copyDefined(item)) as Defined<T>;
  if (value === null || typeof value !== "object") return value as Defined<T>;
  const defined = Object.entries(value).filter(([, held]) => held !== undefined);
  // fromEntries defines own keys, so a label named __proto__ stays a label.
  return Object.fromEntries(defined.map(([key, held]) => [key, copyDefined(held)])) as Defined<T>;
}

/** Whether an object has any key: for the engine, an empty section is a section that is set. */
export const hasKeys = (value: object): boolean => Object.keys(value).length > 0;

/** The keys of an object whose values can be something other than empty. */
type NonEmpty<T> = { [Key in keyof T]?: Exclude<T[Key], null | undefined> };

/**
 * An object without its empty values: undefined, null, 0, false, "", and empty objects and lists, which engines write for
 * settings that are not set. Values are kept as they are. Undefined if nothing is left.
 */
export function withoutEmpty<T extends object>(value: T | null | undefined): Defined<NonEmpty<T>> | undefined {
  const kept = Object.entries(value ?? {}).filter(([, held]) => !isEmpty(held));
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as Defined<NonEmpty<T>>);
}

const isEmpty = (value: unknown): boolean => (typeof value === "object" && value !== null ? !hasKeys(value) : !value);

/** A set of texts as a new list: sorted, without duplicates. */
export const sortedSet = (texts: readonly string[] | null | undefined): string[] => [...new Set(texts ?? [])].sort();

/** A new list, sorted by the key of each item. */
export const sortedBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] =>
  items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
