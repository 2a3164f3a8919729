import type { Located } from "./source-tree.js";
import type { SplitEntry } from "./split-apps.js";

/** Reads an entry. @param isFirst it has not been read before. */
type ReadEntry = (entry: SplitEntry, isFirst: boolean) => Located;

/** The apps of a file by key, each read when it is asked for. Keeps the last one, since callers treat one app after another. */
export class AppEntries implements ReadonlyMap<PropertyKey, Located> {
  readonly #entries: ReadonlyMap<PropertyKey, SplitEntry>;
  readonly #read: ReadEntry;
  /** Those that have been read before. */
  readonly #known = new Set<SplitEntry>();
  #last: { entry: SplitEntry; located: Located } | undefined;

  constructor(entries: readonly SplitEntry[], read: ReadEntry) {
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    this.#read = read;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: PropertyKey): boolean {
    return this.#entries.has(key);
  }

  get(key: PropertyKey): Located | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#last?.entry !== entry) {
      const located = this.#read(entry, !this.#known.has(entry));
      this.#known.add(entry);
      this.#last = { entry, located };
    }
    return this.#last.located;
  }

  keys(): MapIterator<PropertyKey> {
    return this.#entries.keys();
  }

  *entries(): MapIterator<[PropertyKey, Located]> {
    for (const key of this.#entries.keys()) yield [key, this.get(key) as Located];
  }

  *values(): MapIterator<Located> {
    for (const [, located] of this.entries()) yield located;
  }

  [Symbol.iterator](): MapIterator<[PropertyKey, Located]> {
    return this.entries();
  }

  forEach(callback: (value: Located, key: PropertyKey, map: ReadonlyMap<PropertyKey, Located>) => void): void {
    for (const [key, located] of this) callback(located, key, this);
  }
}
