import { type AssetEvent, type AssetListener, whileWaiting } from "@openfactory/deploy-core";
import type { ProjectWarning } from "../model/warnings.js";
import type { ChangedAsset } from "./assets.js";

/** The receivers of the assets that a run created, changed or removed. */
export interface ListenerOptions {
  /** Default: none. The caller closes them. */
  listeners?: readonly AssetListener[];
  /**
   * Time limit of a listener for one asset, in milliseconds. Default 10000. A listener that exceeds it receives no further
   * assets of this run, with a warning.
   */
  listenerTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** The project and platform of the assets. */
interface Source {
  readonly project: string;
  readonly platform: string;
}

/**
 * Delivers the changed assets to all listeners at the same time, and to each listener in sequence. Never rejects: a listener
 * that throws misses that asset, a listener that times out misses the rest, and each gets one warning.
 */
export async function deliverAssets(
  assets: readonly ChangedAsset[],
  { project, platform }: Source,
  { listeners = [], listenerTimeoutMs = DEFAULT_TIMEOUT_MS }: ListenerOptions,
  warn: (warning: ProjectWarning) => void,
): Promise<void> {
  if (assets.length === 0 || listeners.length === 0) return;
  const time = new Date().toISOString();
  const events = assets.map(({ change, asset }): AssetEvent => ({ change, asset, project, platform, time }));
  await Promise.all(
    listeners.map(async (listener) => {
      const action = `receive ${counted(events.length)}`;
      const reason = await whileWaiting(
        { subject: `the asset listener ${listener.name}`, action, level: "operation" },
        () => deliverTo(listener, events, listenerTimeoutMs),
      );
      if (reason !== undefined) warn({ code: "LISTENER_FAILED", reason });
    }),
  );
}

/** @returns the assets that the listener did not receive and the reason, in one sentence; undefined if it received all. */
async function deliverTo(
  listener: AssetListener,
  events: readonly AssetEvent[],
  limitMs: number,
): Promise<string | undefined> {
  let failed = 0;
  let first = "";
  for (const [index, event] of events.entries()) {
    const error = await deliverOne(listener, event, limitMs);
    if (error === TIMED_OUT) {
      const remaining = events.length - index;
      return `The asset listener ${listener.name} did not answer within ${limitMs / 1000} s for ${event.asset.uuid}: ${counted(remaining)} of ${events.length} not delivered.`;
    }
    if (error === undefined) continue;
    failed += 1;
    first ||= `${event.asset.uuid}: ${error}`;
  }
  if (failed === 0) return undefined;
  return `The asset listener ${listener.name} failed for ${counted(failed)} of ${events.length} (${first}).`;
}

const TIMED_OUT = Symbol("late");

/** @returns the message of its error, in one line. */
async function deliverOne(
  listener: AssetListener,
  event: AssetEvent,
  limitMs: number,
): Promise<string | typeof TIMED_OUT | undefined> {
  const limit = new AbortController();
  const timedOut = Promise.withResolvers<typeof TIMED_OUT>();
  // Not AbortSignal.timeout(): its timer does not keep the process alive.
  const timer = setTimeout(() => {
    limit.abort();
    timedOut.resolve(TIMED_OUT);
  }, limitMs);
  try {
    const delivered = async (): Promise<undefined> => void (await listener.onAsset(event, limit.signal));
    return await Promise.race([delivered(), timedOut.promise]);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : String(error);
  } finally {
    clearTimeout(timer);
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? "asset" : "assets"}`;
