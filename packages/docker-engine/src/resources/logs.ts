import { DeploymentError } from "@openfactory/deploy-core";
import type { LogPosition, LogQuery } from "../engine.js";
import type { LogFrame } from "../engine-types.js";
import { engineErrorCause } from "../errors/engine-error.js";

/** Reads a log. `since`, in seconds with nine digits, overrides the query's. */
export type ReadLog = (query: LogQuery, since?: string) => AsyncIterable<LogFrame>;

/** An engine's timestamp in the format of its parameters, exact to the nanosecond. */
export function toEngineTime(timestamp: string): string {
  const nanoseconds = /\.(\d{9})/.exec(timestamp)?.[1] ?? "000000000";
  // A time that does not exist, such as a 31st of June, counts as the beginning.
  return `${Math.floor((Date.parse(timestamp) || 0) / 1000)}.${nanoseconds}`;
}

/** The position after another line. */
export const positionAfter = (
  position: LogPosition | undefined,
  { timestamp }: Pick<LogFrame, "timestamp">,
): LogPosition | undefined => {
  if (timestamp === "") return position;
  return { timestamp, lines: position?.timestamp === timestamp ? position.lines + 1 : 1 };
};

/** The frames after a position, of a log that is read from the time of that position. */
async function* framesAfter(
  frames: AsyncIterable<LogFrame>,
  position: LogPosition | undefined,
): AsyncGenerator<LogFrame, void, undefined> {
  let known = position?.lines ?? 0;
  for await (const frame of frames) {
    if (position !== undefined && frame.timestamp < position.timestamp) continue;
    if (position !== undefined && frame.timestamp === position.timestamp && known-- > 0) continue;
    yield frame;
  }
}

/**
 * Follows a log to its real end. Engines (seen with 20.10) end the stream when the process ends, before its last output,
 * such as a line without a line end: the rest is read again. Timestamps may be of whole seconds (Podman), so the lines of
 * the last one are counted.
 */
export async function* followToEnd(
  read: ReadLog,
  { after, ...query }: LogQuery,
): AsyncGenerator<LogFrame, void, undefined> {
  let last = after;
  const readFromLast = (part: LogQuery): AsyncIterable<LogFrame> =>
    last === undefined
      ? read(part)
      : read({ ...part, tail: undefined, since: undefined }, toEngineTime(last.timestamp));
  for await (const frame of framesAfter(readFromLast(query), after)) {
    last = positionAfter(last, frame);
    yield frame;
  }
  const rest =
    last === undefined
      ? read({ ...query, follow: false })
      : read({ signal: query.signal }, toEngineTime(last.timestamp));
  try {
    yield* framesAfter(rest, last);
  } catch (error) {
    // The container was removed when it ended.
    if (!DeploymentError.isInstance(error, "NOT_FOUND") && !DeploymentError.isInstance(error, "CONFLICT")) throw error;
  }
}

/** Source: Engine API 1.41, ContainerLogs and ServiceLogs. */
export function logQuery({ follow, tail, since }: LogQuery): Record<string, string | number | undefined> {
  return {
    stdout: 1,
    stderr: 1,
    timestamps: 1,
    follow: follow ? 1 : undefined,
    tail,
    // Seconds with a fraction: the engine reads nanoseconds.
    since: since === undefined ? undefined : (since.getTime() / 1000).toFixed(3),
  };
}

/** The limit of silence in a log: none while it is followed. Otherwise the engine sends what it has. */
export const logIdle = ({ follow, timeoutMs }: LogQuery): { idleMs?: number } =>
  follow ? {} : { idleMs: timeoutMs ?? LOG_IDLE_MS };

const LOG_IDLE_MS = 30_000;

/** How many lines of a log an error shows. */
export const LAST_LINES = 20;

/**
 * The last lines of a log, oldest first, for an error about its process. An error of the log does not hide that error: the
 * result then has the lines that were read before.
 * @param isWanted selects frames. Default: all.
 */
export async function readLastLines(
  frames: AsyncIterable<LogFrame>,
  isWanted: (frame: LogFrame) => boolean = () => true,
): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const frame of frames) if (isWanted(frame)) lines.push(frame.line);
  } catch {
    // The caller's error must be reported, not the error of the log.
  }
  return lines.slice(-LAST_LINES);
}

/** Engine API, ContainerLogs: the status for a logging driver that does not support reading. */
const NOT_IMPLEMENTED = 501;

/** In the stream of a service's log there is only this text (moby, daemon/logger: ErrReadLogsNotSupported). */
const UNREADABLE = /logging driver does not support reading/i;

const HINT =
  "Read the log where the driver sends it, or use a driver that keeps logs on the engine: json-file, local or journald (log-driver in daemon.json).";

/** The error of reading a log: `UNSUPPORTED` if the logging driver does not support it, otherwise unchanged. */
export function explainUnreadable(error: unknown, subject: string, driver?: string): unknown {
  if (!DeploymentError.isInstance(error, "ENGINE_ERROR")) return error;
  const fault = engineErrorCause(error);
  if (fault?.statusCode !== NOT_IMPLEMENTED && !UNREADABLE.test(fault?.message ?? "")) return error;
  return unreadableLog(subject, driver, error.cause);
}

/** The error for a container or service whose logging driver does not support reading. */
export function unreadableLog(subject: string, driver: string | undefined, cause?: unknown): DeploymentError {
  const named = driver ? `its logging driver ${driver} does` : "its logging driver does";
  return new DeploymentError("UNSUPPORTED", `The log of ${subject} can't be read: ${named} not support reading.`, {
    hint: HINT,
    cause,
  });
}
