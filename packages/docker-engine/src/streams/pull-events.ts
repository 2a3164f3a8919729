import type { PullEvent } from "../engine-types.js";
import { jsonLines } from "./json-lines.js";

/** Source: moby, `pkg/jsonmessage`. */
interface PullMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { code?: number; message?: string };
}

/** @throws what `fault` makes of the error that the stream holds. */
export async function* pullEvents(
  chunks: AsyncIterable<Buffer>,
  fault: (words: string) => Error,
): AsyncGenerator<PullEvent> {
  for await (const message of jsonLines<PullMessage>(chunks)) {
    const words = message.errorDetail?.message ?? message.error;
    if (words !== undefined) throw fault(words);
    const { status, id, progressDetail: { current, total } = {} } = message;
    if (status !== undefined) yield { status, id, current, total };
  }
}
