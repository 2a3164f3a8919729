const NEWLINE = 0x0a;

/**
 * Lines of bytes that come in pieces. A line is decoded only when it is whole, so that no character is torn; each is
 * copied once, however long it is.
 */
export class LineBuffer {
  #pieces: Buffer[] = [];

  /** The lines that `chunk` completes, without their line ends. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#pieces.push(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
  }

  /** What stands after the last line end, if anything does. */
  rest(): Buffer | undefined {
    return this.#pieces.length > 0 ? this.#take() : undefined;
  }

  #take(): Buffer {
    const [first] = this.#pieces;
    const line = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    return line;
  }
}
