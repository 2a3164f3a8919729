import { DeploymentError } from "@openfactory/deploy-core";

const HEADER_LENGTH = 8;

/** 0 is stdin, which the engine writes as stdout. Source: Engine API, ContainerAttach, "Stream format". */
const STREAMS = ["stdout", "stdout", "stderr", "engine"] as const;

export interface Frame {
  /** `engine`: words of the engine's own, about reading the log. */
  stream: "stdout" | "stderr" | "engine";
  payload: Buffer;
}

/** Frames of a multiplexed stream (type, three zeros, length, payload), wherever its bytes are split. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #available = 0;
  #head: { stream: Frame["stream"]; length: number } | undefined;

  /** The frames that `chunk` completes. @throws DeploymentError `ENGINE_ERROR` if these are no frames. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#pieces.push(chunk);
    this.#available += chunk.length;
    for (;;) {
      if (this.#head === undefined) {
        if (this.#available < HEADER_LENGTH) return;
        this.#head = parseHeader(this.#take(HEADER_LENGTH));
      }
      const { stream, length } = this.#head;
      if (this.#available < length) return;
      this.#head = undefined;
      yield { stream, payload: this.#take(length) };
    }
  }

  /** Whether the stream broke off within a frame. */
  get torn(): boolean {
    return this.#head !== undefined || this.#available > 0;
  }

  #take(length: number): Buffer {
    // A long frame comes in many pieces: they are joined once, when it is whole.
    const [first] = this.#pieces;
    const whole = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
    this.#pieces = whole.length > length ? [whole.subarray(length)] : [];
    this.#available -= length;
    return whole.subarray(0, length);
  }
}

function parseHeader(header: Buffer): { stream: Frame["stream"]; length: number } {
  const stream = STREAMS[header.readUInt8(0)];
  if (stream === undefined || header.readUIntBE(1, 3) !== 0) {
    throw new DeploymentError("ENGINE_ERROR", "The engine's log stream is not in the multiplexed format.", {
      hint: "See whether a proxy stands before the engine.",
    });
  }
  return { stream, length: header.readUInt32BE(4) };
}
