/** `2006-01-02T15:04:05.000000000Z`, from Podman without the fraction; with an offset where the engine is not on UTC. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{9})?(?:Z|[+-]\d\d:\d\d)) /;
const LONGEST_TIMESTAMP = 36;

export interface PrefixedLine {
  /** Undefined where there is none. */
  timestamp?: string;
  /** As the engine wrote them; see {@link parseDetails}. Empty for none. */
  details: string;
  rest: Buffer;
}

/**
 * Takes the engine's prefix off a line: the timestamp, and with `details` the log attributes.
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

// The engine writes them as form values: a space is a plus.
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
};

/** `key=value,key=value`, both URL-escaped. */
export function parseDetails(details: string): Record<string, string> {
  if (details === "") return {};
  return Object.fromEntries(
    details.split(",").map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    }),
  );
}
