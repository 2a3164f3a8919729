import { sleep } from "@openfactory/deploy-core";
import { faultCode } from "../errors/connection-error.js";

/** Waits before the second and the third attempt, in milliseconds. */
const BACKOFF = [50, 200] as const;
const PASSING = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "ECONNABORTED"]);

/** Runs a read that can be repeated, at most three times, while its connection breaks or is refused. */
export async function retryRead<Result>(read: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (const wait of BACKOFF) {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted || !PASSING.has(faultCode(error as NodeJS.ErrnoException))) throw error;
    }
    await sleep(wait, signal);
  }
  return await read();
}
