import { DeploymentError } from "@openfactory/deploy-core";
import type { LogFrame } from "../engine-types.js";
import { LineBuffer, MAX_LINE } from "./json-lines.js";
import { lineOf, LogLines, parseDetails, parsePrefix } from "./log-lines.js";

const HEADER_LENGTH = 8;
const NEWLINE = 0x0a;
/** Engines send frames of 16 KiB. */
const MAX_PAYLOAD = 1024 ** 2;

/** 0 is stdin, which the engine writes as stdout. Source: Engine API, ContainerAttach, "Stream format". */
const STREAMS = ["stdout", "stdout", "stderr", "engine"] as const;

export interface Frame {
  /** `engine`: a message of the engine itself about reading the log. */
  stream: "stdout" | "stderr" | "engine";
  payload: Buffer;
  /** The next frame is another part of this one. The parts end with a line, except within a line that is longer. */
  continues: boolean;
}

/**
 * Splits the bytes of a multiplexed stream into frames (type, three zeros, length, payload). A payload of more than
 * {@link MAX_PAYLOAD} comes in parts, so that no frame, whatever length it claims, is kept in memory as a whole.
 */
export class FrameReader {
  #pieces: Buffer[] = [];
  #available = 0;
  /** `length`: the bytes of its payload that are missing. */
  #head: { stream: Frame["stream"]; length: number } | undefined;

  /** The frames that `chunk` completes. @throws DeploymentError `ENGINE_ERROR` if the format is another one. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#pieces.push(chunk);
    this.#available += chunk.length;
    for (;;) {
      if (this.#head === undefined) {
        if (this.#available < HEADER_LENGTH) return;
        this.#head = parseHeader(this.#take(HEADER_LENGTH));
      }
      const { stream, length } = this.#head;
      const longest = Math.min(length, MAX_PAYLOAD);
      if (this.#available < longest) return;
      const bytes = this.#join();
      // A part that ends within a line could split the prefix of that line.
      const part = length > longest ? bytes.lastIndexOf(NEWLINE, longest - 1) + 1 || longest : length;
      this.#head = length > part ? { stream, length: length - part } : undefined;
      yield { stream, payload: this.#take(part), continues: length > part };
    }
  }

  /** Whether the stream ended within a frame. */
  get incomplete(): boolean {
    return this.#head !== undefined || this.#available > 0;
  }

  /** The available bytes. A long frame comes in many chunks, which are joined once. */
  #join(): Buffer {
    const [first] = this.#pieces;
    const whole = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  #take(length: number): Buffer {
    const whole = this.#join();
    this.#pieces = whole.length > length ? [whole.subarray(length)] : [];
    this.#available -= length;
    return whole.subarray(0, length);
  }
}

function parseHeader(header: Buffer): { stream: Frame["stream"]; length: number } {
  const stream = STREAMS[header.readUInt8(0)];
  if (stream === undefined || header.readUIntBE(1, 3) !== 0) {
    throw new DeploymentError("ENGINE_ERROR", "The engine's log stream is not in the multiplexed format.", {
      hint: "A proxy may be intercepting the connection: check the engine's address.",
    });
  }
  return { stream, length: header.readUInt32BE(4) };
}

/** The longest message of the engine about a log, in bytes; a longer one is cut. */
const MAX_MESSAGE = 2_000;

const brokenLog = (text: string): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", `The engine could not read the log to its end: ${text}.`, {
    hint: "See the engine's log. The container's logging driver may not support reading.",
    cause: { message: text },
  });

/** Lines of a process without a terminal: stdout and stderr in frames. */
async function* multiplexed(chunks: AsyncIterable<Buffer>, withDetails: boolean): AsyncGenerator<LogFrame> {
  const frames = new FrameReader();
  const lines = new LogLines(withDetails);
  let isPart = false;
  for await (const chunk of chunks) {
    for (const { stream, payload, continues } of frames.push(chunk)) {
      if (stream === "engine") throw brokenLog(payload.toString("utf8", 0, MAX_MESSAGE).trim());
      yield* lines.push(stream, payload, isPart);
      isPart = continues;
    }
  }
  yield* lines.rest();
  if (frames.incomplete) throw brokenLog("the stream ended within a frame");
}

/** Lines of a process with a terminal: raw, and all of it stdout. */
async function* raw(chunks: AsyncIterable<Buffer>, withDetails: boolean): AsyncGenerator<LogFrame> {
  const lines = new LineBuffer();
  const toFrame = (bytes: Buffer): LogFrame => {
    const { timestamp = "", details, rest } = parsePrefix(bytes, withDetails);
    const line = lineOf(rest, bytes.length > MAX_LINE).replace(/\r$/, "");
    return { stream: "stdout", timestamp, line, details: parseDetails(details) };
  };
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) yield toFrame(line);
  }
  const rest = lines.rest();
  if (rest) yield toFrame(rest);
}

/**
 * The lines of a log stream that was requested with `timestamps=1`.
 * @param format `tty`: whether the process has a terminal; `details`: whether `details=1` was requested.
 * @throws DeploymentError `ENGINE_ERROR` if the engine can't read the log to its end.
 */
export function logFrames(
  chunks: AsyncIterable<Buffer>,
  format: { tty: boolean; details: boolean },
): AsyncGenerator<LogFrame> {
  return format.tty ? raw(chunks, format.details) : multiplexed(chunks, format.details);
}
