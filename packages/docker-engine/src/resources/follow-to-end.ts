import { DeploymentError } from "@openfactory/deploy-core";
import type { LogQuery } from "../engine.js";
import type { LogFrame } from "../engine-types.js";

/** Reads a log; `since`, in seconds with nine digits, wins over the query's. */
export type ReadLog = (query: LogQuery, since?: string) => AsyncIterable<LogFrame>;

/** A timestamp of the engine as it takes it back, exact to the nanosecond. */
export function toEngineTime(timestamp: string): string {
  const nanoseconds = /\.(\d{9})/.exec(timestamp)?.[1] ?? "000000000";
  return `${Math.floor(Date.parse(timestamp) / 1000)}.${nanoseconds}`;
}

/**
 * Follows a log to its real end. Engines (seen with 20.10) end the stream when the process ends, before what it wrote
 * last, such as a line without a line end: that is read once more. Timestamps may be of whole seconds (Podman), so that
 * the lines of the last one are counted.
 */
export async function* followToEnd(read: ReadLog, query: LogQuery): AsyncGenerator<LogFrame, void, undefined> {
  let last: string | undefined;
  let given = 0;
  for await (const frame of read(query)) {
    given = frame.timestamp === last ? given + 1 : 1;
    last = frame.timestamp || last;
    yield frame;
  }
  const rest =
    last === undefined ? read({ ...query, follow: false }) : read({ signal: query.signal }, toEngineTime(last));
  try {
    for await (const frame of rest) {
      if (frame.timestamp === last) given -= 1;
      if (last === undefined || frame.timestamp > last || (frame.timestamp === last && given < 0)) yield frame;
    }
  } catch (error) {
    // It was removed when it ended: nothing is left to read.
    if (!DeploymentError.isInstance(error, "NOT_FOUND") && !DeploymentError.isInstance(error, "CONFLICT")) throw error;
  }
}
