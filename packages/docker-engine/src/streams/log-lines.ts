import type { LogFrame } from "../engine-types.js";
import { parseDetails, parsePrefix } from "./log-prefix.js";

const NEWLINE = 0x0a;

/** A line of which the end has not come yet. */
interface OpenLine {
  timestamp: string;
  pieces: Buffer[];
}

/**
 * Joins what the engine writes to whole lines. It cuts lines of over 16 kB into messages, each with a prefix of its
 * own, and in a service's log messages of several tasks come between: pieces are told apart by stream and details.
 */
export class LogLines {
  readonly #withDetails: boolean;
  readonly #open = new Map<string, OpenLine>();
  #last = "";

  constructor(withDetails: boolean) {
    this.#withDetails = withDetails;
  }

  /** The lines that a payload completes. */
  *push(stream: LogFrame["stream"], payload: Buffer): Generator<LogFrame> {
    let key = this.#last;
    let stamp = "";
    for (let start = 0; start < payload.length;) {
      const newline = payload.indexOf(NEWLINE, start);
      const end = newline === -1 ? payload.length : newline;
      const { timestamp, details, rest } = parsePrefix(payload.subarray(start, end), this.#withDetails);
      // Without a prefix, it goes on where the last piece ended.
      if (timestamp !== undefined || !key.startsWith(stream)) key = `${stream} ${details}`;
      stamp = timestamp ?? stamp;
      const line = this.#open.get(key) ?? { timestamp: stamp, pieces: [] };
      line.pieces.push(rest);
      this.#open.set(key, line);
      if (newline !== -1) yield this.#close(key, line);
      start = end + 1;
    }
    this.#last = key;
  }

  /** What was left without a line end. */
  *rest(): Generator<LogFrame> {
    for (const [key, line] of this.#open) yield this.#close(key, line);
  }

  #close(key: string, { timestamp, pieces }: OpenLine): LogFrame {
    this.#open.delete(key);
    const space = key.indexOf(" ");
    return {
      stream: key.slice(0, space) as LogFrame["stream"],
      timestamp,
      line: Buffer.concat(pieces).toString("utf8"),
      details: parseDetails(key.slice(space + 1)),
    };
  }
}
