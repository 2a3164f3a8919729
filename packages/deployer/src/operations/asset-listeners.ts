import type { AssetEvent, AssetListener } from "@openfactory/deploy-core";
import type { ProjectWarning } from "../model/warnings.js";
import type { ChangedAsset } from "./assets.js";

/** Who receives the assets that a run created, changed or removed. */
export interface ListenerOptions {
  /** Default: none. They are not closed: whoever made them does that. */
  listeners?: readonly AssetListener[];
  /**
   * How long a listener may take for one asset, in milliseconds. Default 10000. A listener that takes longer receives no
   * more of this run, and a warning says so.
   */
  listenerTimeoutMs?: number;
}

const LIMIT_MS = 10_000;

/** The run that the assets were changed in. */
interface Source {
  readonly project: string;
  readonly platform: string;
}

/**
 * Gives every listener the changed assets, one after the other; listeners at the same time. Never rejects: a listener
 * that throws misses that asset, one that hangs all that follow, and either is one warning.
 */
export async function deliverAssets(
  assets: readonly ChangedAsset[],
  { project, platform }: Source,
  { listeners = [], listenerTimeoutMs = LIMIT_MS }: ListenerOptions,
  warn: (warning: ProjectWarning) => void,
): Promise<void> {
  if (assets.length === 0 || listeners.length === 0) return;
  const time = new Date().toISOString();
  const events = assets.map(({ change, asset }): AssetEvent => ({ change, asset, project, platform, time }));
  await Promise.all(
    listeners.map(async (listener) => {
      const reason = await deliverTo(listener, events, listenerTimeoutMs);
      if (reason !== undefined) warn({ code: "LISTENER_FAILED", reason });
    }),
  );
}

/** @returns one sentence: what the listener did not receive, and why. */
async function deliverTo(
  listener: AssetListener,
  events: readonly AssetEvent[],
  limitMs: number,
): Promise<string | undefined> {
  let failed = 0;
  let first = "";
  for (const [index, event] of events.entries()) {
    const error = await deliverOne(listener, event, limitMs);
    if (error === LATE) {
      const left = events.length - index;
      return `The asset listener ${listener.name} took longer than ${limitMs / 1000} s for ${event.asset.uuid}: ${counted(left)} of ${events.length} not delivered.`;
    }
    if (error === undefined) continue;
    failed += 1;
    first ||= `${event.asset.uuid}: ${error}`;
  }
  if (failed === 0) return undefined;
  return `The asset listener ${listener.name} failed for ${counted(failed)} of ${events.length} (${first}).`;
}

const LATE = Symbol("late");

/** @returns what it threw, in one line. */
async function deliverOne(
  listener: AssetListener,
  event: AssetEvent,
  limitMs: number,
): Promise<string | typeof LATE | undefined> {
  const limit = new AbortController();
  const late = Promise.withResolvers<typeof LATE>();
  // Not AbortSignal.timeout(): a process with nothing else to do would end before that fires.
  const timer = setTimeout(() => {
    limit.abort();
    late.resolve(LATE);
  }, limitMs);
  try {
    const delivered = async (): Promise<undefined> => void (await listener.onAsset(event, limit.signal));
    return await Promise.race([delivered(), late.promise]);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0] : String(error);
  } finally {
    clearTimeout(timer);
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? "asset" : "assets"}`;
