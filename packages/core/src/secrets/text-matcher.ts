/** A stretch of a text: from the first character, up to and without the last. */
export type Range = [start: number, end: number];

export interface FindOptions {
  /** Whether a word counts where it was found. Default: everywhere. */
  isMatch?: (start: number, end: number) => boolean;
  /** The beginning of a word counts at the end of the text, which may have been cut off there. Default false. */
  cutOff?: boolean;
}

/** A shorter beginning is there by chance. */
const CUT_OFF_MIN = 8;
/** What is put after a text that was cut off. */
const TAIL = /[.\u2026\s]{0,8}$/;

/** UTF-16 has so many code units; an edge of the trie is numbered by its node and its unit. */
const UNITS = 0x1_0000;

/**
 * Finds all occurrences of many words in one pass (Aho-Corasick), so that the time grows with the length of the text and of
 * the words, and not with their product.
 */
export class TextMatcher {
  readonly #edges = new Map<number, number>();
  /** Of each node: the node of the longest proper suffix that is also a prefix of a word. */
  readonly #fallbacks: number[] = [0];
  /** Of each node: the length of the longest word that ends there, or 0. */
  readonly #lengths: number[] = [0];
  /** Of each node: the length of the beginning of a word that it stands for. */
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

  /** The stretches that words cover, in order; words that overlap or touch are one stretch. */
  find(text: string, { isMatch = () => true, cutOff = false }: FindOptions = {}): Range[] {
    const found: Range[] = [];
    const end = cutOff ? text.replace(TAIL, "").length : undefined;
    let node = 0;
    for (let index = 0; index < text.length; index++) {
      node = this.#step(node, text.charCodeAt(index));
      const length = this.#lengths[node] as number;
      if (length > 0 && isMatch(index + 1 - length, index + 1)) append(found, [index + 1 - length, index + 1]);
      const depth = this.#depths[node] as number;
      if (index + 1 === end && depth >= CUT_OFF_MIN && depth > length) append(found, [index + 1 - depth, index + 1]);
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

/** Appends a stretch that ends last. */
function append(ranges: Range[], range: Range): void {
  let start = range[0];
  for (let last = ranges.at(-1); last !== undefined && last[1] >= start; last = ranges.at(-1)) {
    start = Math.min(start, last[0]);
    ranges.pop();
  }
  ranges.push([start, range[1]]);
}
