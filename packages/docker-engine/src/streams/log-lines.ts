import type { LogFrame } from "../engine-types.js";
import { LineBytes, MAX_LINE } from "./json-lines.js";

const NEWLINE = 0x0a;

/** A line without its end so far. */
interface OpenLine {
  timestamp: string;
  bytes: LineBytes;
}

/** The tasks whose lines can be open at the same time, in a service's log. Each may keep {@link MAX_LINE} bytes. */
const MAX_OPEN = 1_000;

const CUT = " … [cut: the line is longer than 4 MiB]";

/** The text of a line, with a mark if it was cut. Default: it was if it is longer than {@link MAX_LINE}. */
export function lineOf(bytes: Buffer, isCut = bytes.length > MAX_LINE): string {
  return isCut ? `${bytes.toString("utf8", 0, MAX_LINE)}${CUT}` : bytes.toString("utf8");
}

/**
 * Joins messages of the engine to complete lines. The engine splits lines of more than 16 kB into messages with a prefix each,
 * and in a service's log messages of several tasks alternate: the parts of a line have the same stream and details.
 */
export class LogLines {
  readonly #withDetails: boolean;
  readonly #open = new Map<string, OpenLine>();
  #last = "";
  #stamp = "";
  #endsWithLine = true;

  constructor(withDetails: boolean) {
    this.#withDetails = withDetails;
  }

  /**
   * The lines that a payload completes.
   * @param isPart it continues the previous payload, so that its first line has no prefix if that ended within a line.
   */
  *push(stream: LogFrame["stream"], payload: Buffer, isPart = false): Generator<LogFrame> {
    let key = this.#last;
    let stamp = isPart ? this.#stamp : "";
    const isWithinLine = isPart && !this.#endsWithLine;
    for (let start = 0; start < payload.length;) {
      const newline = payload.indexOf(NEWLINE, start);
      const end = newline === -1 ? payload.length : newline;
      const part = payload.subarray(start, end);
      const continues = isWithinLine && start === 0;
      const { timestamp, details, rest } = continues ? asRest(part) : parsePrefix(part, this.#withDetails);
      // Without a prefix, it continues the last message.
      if (timestamp !== undefined || !key.startsWith(stream)) key = `${stream} ${details}`;
      stamp = timestamp ?? stamp;
      const line = this.#open.get(key) ?? { timestamp: stamp, bytes: new LineBytes() };
      line.bytes.add(rest);
      this.#open.set(key, line);
      if (newline !== -1) yield this.#close(key, line);
      else if (this.#open.size > MAX_OPEN) yield* this.#closeOldest();
      start = end + 1;
    }
    this.#last = key;
    this.#stamp = stamp;
    this.#endsWithLine = payload.at(-1) === NEWLINE;
  }

  /** The lines without a line end. */
  *rest(): Generator<LogFrame> {
    for (const [key, line] of this.#open) yield this.#close(key, line);
  }

  *#closeOldest(): Generator<LogFrame> {
    for (const [key, line] of this.#open) return yield this.#close(key, line);
  }

  #close(key: string, { timestamp, bytes }: OpenLine): LogFrame {
    this.#open.delete(key);
    const space = key.indexOf(" ");
    return {
      stream: key.slice(0, space) as LogFrame["stream"],
      timestamp,
      line: lineOf(bytes.take()),
      details: parseDetails(key.slice(space + 1)),
    };
  }
}

/** `2006-01-02T15:04:05.000000000Z`, from Podman without the fraction; with an offset if the engine's time zone is not UTC. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{9})?(?:Z|[+-]\d\d:\d\d)) /;
const LONGEST_TIMESTAMP = 36;

export interface PrefixedLine {
  /** Undefined if the line has none. */
  timestamp?: string;
  /** As the engine sends them; see {@link parseDetails}. Empty if the line has none. */
  details: string;
  rest: Buffer;
}

const asRest = (rest: Buffer): PrefixedLine => ({ details: "", rest });

/**
 * Splits the engine's prefix off a line: the timestamp, and with `details` the log attributes.
 * Source: moby, `api/server/httputils/write_log_stream.go`.
 */
export function parsePrefix(line: Buffer, withDetails: boolean): PrefixedLine {
  const timestamp = TIMESTAMP.exec(line.toString("latin1", 0, LONGEST_TIMESTAMP))?.[1];
  if (timestamp === undefined) return { details: "", rest: line };
  const rest = line.subarray(timestamp.length + 1);
  if (!withDetails) return { timestamp, details: "", rest };
  const end = rest.indexOf(" ");
  if (end === -1) return { timestamp, details: "", rest };
  return { timestamp, details: rest.toString("utf8", 0, end), rest: rest.subarray(end + 1) };
}

// The engine encodes them as form values: a space is a plus.
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
};

/** The log attributes, which are sent as `key=value,key=value`, URL-encoded. */
export function parseDetails(details: string): Record<string, string> {
  if (details === "") return {};
  return Object.fromEntries(
    details.split(",").map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    }),
  );
}
