import type { SourceLocation } from "@openfactory/deploy-core";

/** A text, and the line and column (from 1) of every offset in it. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** The offset at which each line begins. */
  readonly #lines = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    for (let end = this.text.indexOf("\n"); end >= 0; end = this.text.indexOf("\n", end + 1)) {
      this.#lines.push(end + 1);
    }
  }

  at(offset: number): SourceLocation {
    const line = this.#lineOf(offset);
    return { file: this.file, line: line + 1, column: Math.max(offset - (this.#lines[line] ?? 0), 0) + 1 };
  }

  /** Of the lines that begin up to there, the last one. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#lines.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
