import { DeploymentError } from "@openfactory/deploy-core";
import type { PullEvent } from "../engine-types.js";

const NEWLINE = 0x0a;

/**
 * Splits chunks of bytes into lines. A line is decoded only when it is complete, so that no character is split, and copied
 * only once.
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

  /** The text after the last line end, if any. */
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

function parse<Item>(line: Buffer): Item[] {
  const text = line.toString("utf8").trim();
  if (text === "") return [];
  try {
    return [JSON.parse(text) as Item];
  } catch {
    throw new DeploymentError("ENGINE_ERROR", "The engine's stream contains a line that is not JSON.", {
      hint: "A proxy may be intercepting the connection: check the engine's address.",
      cause: { message: text.slice(0, 200) },
    });
  }
}

/** One JSON object for each line. @throws DeploymentError `ENGINE_ERROR` for a line that is not JSON. */
export async function* jsonLines<Item>(chunks: AsyncIterable<Buffer>): AsyncGenerator<Item, void, undefined> {
  const lines = new LineBuffer();
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) yield* parse<Item>(line);
  }
  yield* parse<Item>(lines.rest() ?? Buffer.alloc(0));
}

/** Source: moby, `pkg/jsonmessage`. */
interface PullMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { code?: number; message?: string };
}

/** The events of a pull. @throws `toError` of the error within the stream. */
export async function* pullEvents(
  chunks: AsyncIterable<Buffer>,
  toError: (text: string) => Error,
): AsyncGenerator<PullEvent> {
  for await (const message of jsonLines<PullMessage>(chunks)) {
    const error = message.errorDetail?.message ?? message.error;
    if (error !== undefined) throw toError(error);
    const { status, id, progressDetail: { current, total } = {} } = message;
    if (status !== undefined) yield { status, id, current, total };
  }
}
