/** A range of a text; `end` is exclusive. */
export type Range = [start: number, end: number];

export interface FindOptions {
  /** Whether to accept a match at this position. Default: always. */
  isMatch?: (start: number, end: number) => boolean;
  /** Accept the beginning of a word at the end of the text, which may be truncated there. Default false. */
  truncated?: boolean;
}

/** Shorter beginnings occur by chance. */
const MIN_TRUNCATED = 8;
/** Punctuation after a truncated text. */
const TRAILING = /[.\u2026\s]{0,8}$/;

/** The number of UTF-16 code units. An edge of the trie is identified by its node and its code unit. */
const UNITS = 0x1_0000;

/**
 * Finds all occurrences of many words in one pass (Aho-Corasick), in time proportional to the length of the text plus that of
 * the words.
 */
export class TextMatcher {
  readonly #edges = new Map<number, number>();
  /** For each node: the node of the longest proper suffix that is also a prefix of a word. */
  readonly #fallbacks: number[] = [0];
  /** For each node: the length of the longest word that ends there, or 0. */
  readonly #lengths: number[] = [0];
  /** For each node: the length of its prefix of a word. */
  readonly #depths: number[] = [0];

  constructor(words: Iterable<string>) {
    const parents = [0];
    const units = [0];
    const byDepth: number[][] = [];
    for (const word of words) {
      let node = 0;
      for (let index = 0; index < word.length; index++) {
        const edge = node * UNITS + word.charCodeAt(index);
        let next = this.#edges.get(edge);
        if (next === undefined) {
          next = parents.push(node) - 1;
          units.push(word.charCodeAt(index));
          this.#lengths.push(0);
          this.#depths.push(index + 1);
          (byDepth[index] ??= []).push(next);
          this.#edges.set(edge, next);
        }
        node = next;
      }
      this.#lengths[node] = word.length;
    }
    for (const [depth, nodes] of byDepth.entries()) {
      for (const node of nodes) {
        const fallback =
          depth === 0 ? 0 : this.#step(this.#fallbacks[parents[node] as number] as number, units[node] as number);
        this.#fallbacks[node] = fallback;
        this.#lengths[node] ||= this.#lengths[fallback] as number;
      }
    }
  }

  /** The ranges that words cover, in order. Overlapping and adjacent words are merged to one range. */
  find(text: string, { isMatch = () => true, truncated = false }: FindOptions = {}): Range[] {
    const found: Range[] = [];
    const end = truncated ? text.replace(TRAILING, "").length : undefined;
    let node = 0;
    for (let index = 0; index < text.length; index++) {
      node = this.#step(node, text.charCodeAt(index));
      const length = this.#lengths[node] as number;
      if (length > 0 && isMatch(index + 1 - length, index + 1)) append(found, [index + 1 - length, index + 1]);
      const depth = this.#depths[node] as number;
      if (index + 1 === end && depth >= MIN_TRUNCATED && depth > length) append(found, [index + 1 - depth, index + 1]);
    }
    return found;
  }

  #step(from: number, unit: number): number {
    for (let node = from; ; node = this.#fallbacks[node] as number) {
      const next = this.#edges.get(node * UNITS + unit);
      if (next !== undefined) return next;
      if (node === 0) return 0;
    }
  }
}

/** Appends a range that ends last, and merges it with the ranges that it overlaps. */
function append(ranges: Range[], range: Range): void {
  let start = range[0];
  for (let last = ranges.at(-1); last !== undefined && last[1] >= start; last = ranges.at(-1)) {
    start = Math.min(start, last[0]);
    ranges.pop();
  }
  ranges.push([start, range[1]]);
}
