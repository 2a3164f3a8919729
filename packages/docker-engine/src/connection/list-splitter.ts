const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Splits the bytes of a JSON list into the texts of its elements, while they arrive. Only finds where elements end: whether each is
 * JSON is for JSON.parse() to say. The bytes of characters beyond ASCII are never those of brackets, quotes and commas.
 */
export class ListSplitter {
  /** `malformed`: the bytes begin with something else, the list ends in the wrong way, or something follows. */
  #state: "before" | "in" | "complete" | "malformed" = "before";
  /** Number of open brackets; 1 between elements. */
  #depth = 1;
  #isInString = false;
  #isEscaped = false;
  /** The element that has begun in the chunks before. */
  #begun: Buffer[] = [];
  #count = 0;

  /** Whether the list has ended, and nothing but space follows. */
  get isComplete(): boolean {
    return this.#state === "complete";
  }

  /** The texts of the elements that end in this chunk. They can be empty, which is not JSON. */
  push(chunk: Buffer): string[] {
    const from = this.#state === "in" ? 0 : this.#skipSpace(chunk);
    return this.#state === "in" ? this.#elementsIn(chunk, from) : [];
  }

  /** Skips the space before and after the list. Returns the offset after the bracket that opens it. */
  #skipSpace(chunk: Buffer): number {
    const index = chunk.findIndex((byte) => !isSpace(byte));
    if (index < 0) return chunk.length;
    this.#state = this.#state === "before" && chunk[index] === OPEN_LIST ? "in" : "malformed";
    return index + 1;
  }

  #elementsIn(chunk: Buffer, from: number): string[] {
    const texts: string[] = [];
    // Fields of an object would take twice as long: this runs for each byte of a long answer.
    let [depth, isInString, isEscaped] = [this.#depth, this.#isInString, this.#isEscaped];
    let begin = from;
    for (let index = from; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
      } else if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth > 0) continue;
        this.#state = byte === CLOSE_LIST ? "complete" : "malformed";
        const last = this.#end(chunk.subarray(begin, index));
        if (this.#count > 1 || last.trim() !== "") texts.push(last);
        this.#skipSpace(chunk.subarray(index + 1));
        return texts;
      } else if (byte === COMMA && depth === 1) {
        texts.push(this.#end(chunk.subarray(begin, index)));
        begin = index + 1;
      }
    }
    [this.#depth, this.#isInString, this.#isEscaped] = [depth, isInString, isEscaped];
    if (begin < chunk.length) this.#begun.push(chunk.subarray(begin));
    return texts;
  }

  /** The text of an element whose last bytes these are. */
  #end(bytes: Buffer): string {
    this.#count += 1;
    if (this.#begun.length === 0) return bytes.toString("utf8");
    const all = Buffer.concat([...this.#begun, bytes]);
    this.#begun = [];
    return all.toString("utf8");
  }
}
