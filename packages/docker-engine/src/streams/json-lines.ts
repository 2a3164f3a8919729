import { DeploymentError } from "@openfactory/deploy-core";
import { checkShape, type Shape } from "../answers/shape.js";
import { pullMessageShape } from "../answers/shapes.js";
import type { PullEvent } from "../engine-types.js";

const NEWLINE = 0x0a;

/** The longest line, in bytes: of a log, a longer one is cut, and of a stream of JSON, it is an error. */
export const MAX_LINE = 4 * 1024 ** 2;

/**
 * The bytes of one line, copied only once. Of a line longer than {@link MAX_LINE}, it keeps one more byte than that and drops
 * the rest.
 */
export class LineBytes {
  #pieces: Buffer[] = [];
  #length = 0;

  add(piece: Buffer): void {
    const kept = piece.subarray(0, MAX_LINE + 1 - this.#length);
    this.#length += kept.length;
    if (kept.length > 0) this.#pieces.push(kept);
  }

  /** Removes and returns the bytes. */
  take(): Buffer {
    const [first] = this.#pieces;
    const line = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return line;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }
}

/** Splits chunks of bytes into lines. A line is decoded only when it is complete, so that no character is split. */
export class LineBuffer {
  readonly #line = new LineBytes();

  /** The lines that `chunk` completes, without their line ends. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#line.add(chunk.subarray(start, end));
      yield this.#line.take();
      start = end + 1;
    }
    if (start < chunk.length) this.#line.add(chunk.subarray(start));
  }

  /** The text after the last line end, if any. */
  rest(): Buffer | undefined {
    return this.#line.isEmpty ? undefined : this.#line.take();
  }
}

function parse<Item>(line: Buffer, shape: Shape<Item>, action: string): Item[] {
  if (line.length > MAX_LINE) {
    throw new DeploymentError(
      "ENGINE_ERROR",
      `The engine's stream contains a line that is longer than ${MAX_LINE / 1024 ** 2} MiB.`,
      {
        hint: "Check that the address is that of a Docker Engine.",
        cause: { message: "the line is too long" },
      },
    );
  }
  const text = line.toString("utf8").trim();
  if (text === "") return [];
  let item: unknown;
  try {
    item = JSON.parse(text);
  } catch {
    throw new DeploymentError("ENGINE_ERROR", "The engine's stream contains a line that is not JSON.", {
      hint: "A proxy may be intercepting the connection: check the engine's address.",
      cause: { message: text.slice(0, 200) },
    });
  }
  return [checkShape(item, shape, action)];
}

/**
 * One JSON object for each line.
 * @param action completes "when asked to ...", for errors.
 * @throws DeploymentError `ENGINE_ERROR` for a line that is not JSON, too long, or has another shape.
 */
export async function* jsonLines<Item>(
  chunks: AsyncIterable<Buffer>,
  shape: Shape<Item>,
  action: string,
): AsyncGenerator<Item, void, undefined> {
  const lines = new LineBuffer();
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) yield* parse(line, shape, action);
  }
  yield* parse(lines.rest() ?? Buffer.alloc(0), shape, action);
}

/** The events of a pull. @throws `toError` of the error within the stream. */
export async function* pullEvents(
  chunks: AsyncIterable<Buffer>,
  toError: (text: string) => Error,
): AsyncGenerator<PullEvent> {
  for await (const message of jsonLines(chunks, pullMessageShape, "pull an image")) {
    const error = message.errorDetail?.message ?? message.error;
    if (error != null) throw toError(error);
    const { status, id, progressDetail } = message;
    const { current, total } = progressDetail ?? {};
    if (status != null) yield { status, id: id ?? undefined, current: current ?? undefined, total: total ?? undefined };
  }
}
