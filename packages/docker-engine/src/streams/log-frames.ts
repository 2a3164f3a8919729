import { DeploymentError } from "@openfactory/deploy-core";
import type { LogFrame } from "../engine-types.js";
import { LineBuffer } from "./lines.js";
import { LogLines } from "./log-lines.js";
import { parseDetails, parsePrefix } from "./log-prefix.js";
import { FrameReader } from "./multiplex.js";

const brokenLog = (words: string): DeploymentError =>
  new DeploymentError("ENGINE_ERROR", `The engine could not read the log to its end: ${words}.`, {
    hint: "Look into the engine's log; the container's log driver may not be readable.",
    cause: { message: words },
  });

/** Lines of a process without a terminal: stdout and stderr in frames. */
async function* multiplexed(chunks: AsyncIterable<Buffer>, withDetails: boolean): AsyncGenerator<LogFrame> {
  const frames = new FrameReader();
  const lines = new LogLines(withDetails);
  for await (const chunk of chunks) {
    for (const { stream, payload } of frames.push(chunk)) {
      if (stream === "engine") throw brokenLog(payload.toString("utf8").trim());
      yield* lines.push(stream, payload);
    }
  }
  yield* lines.rest();
  if (frames.torn) throw brokenLog("the stream ended within a frame");
}

/** Lines of a process with a terminal: raw, and all of it stdout. */
async function* raw(chunks: AsyncIterable<Buffer>, withDetails: boolean): AsyncGenerator<LogFrame> {
  const lines = new LineBuffer();
  const toFrame = (bytes: Buffer): LogFrame => {
    const { timestamp = "", details, rest } = parsePrefix(bytes, withDetails);
    const line = rest.toString("utf8").replace(/\r$/, "");
    return { stream: "stdout", timestamp, line, details: parseDetails(details) };
  };
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) yield toFrame(line);
  }
  const rest = lines.rest();
  if (rest) yield toFrame(rest);
}

/**
 * The lines of a log stream that was asked for with `timestamps=1`.
 * @param format `tty`: whether the process has a terminal; `details`: whether `details=1` was asked for.
 * @throws DeploymentError `ENGINE_ERROR` if the engine can't read the log to its end.
 */
export function logFrames(
  chunks: AsyncIterable<Buffer>,
  format: { tty: boolean; details: boolean },
): AsyncGenerator<LogFrame> {
  return format.tty ? raw(chunks, format.details) : multiplexed(chunks, format.details);
}
