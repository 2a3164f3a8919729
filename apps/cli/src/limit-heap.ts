import type { Session } from "node:inspector";
import { getHeapStatistics } from "node:v8";

/** V8 decides about a smaller heap, in bytes. Commands with up to some hundred apps never exceed it. */
const MIN_LIMIT = 56 * 2 ** 20;

/** How far the heap may grow after a collection. Less would take more time. */
const GROWTH = 1.5;

const CHECK_EVERY_MS = 20;

const heapSize = (): number => getHeapStatistics().total_heap_size;

/**
 * Collects garbage when the heap of this process has grown. On a machine with much memory, V8 lets it grow to several times
 * its content: `up` of 5,000 apps would take 320 MB instead of 140, in four fifths of the time. V8's own limits are options of
 * Node's command line, which a script can't set on every system.
 */
export function limitHeap(): void {
  let limit = MIN_LIMIT;
  let isCollecting = false;
  const check = async (): Promise<void> => {
    if (isCollecting || heapSize() <= limit) return;
    isCollecting = true;
    await collectGarbage();
    limit = Math.max(MIN_LIMIT, heapSize() * GROWTH);
    isCollecting = false;
  };
  // A build of Node without the inspector can't collect.
  const timer = setInterval(() => check().catch(() => clearInterval(timer)), CHECK_EVERY_MS).unref();
}

/** Source: Chrome DevTools Protocol, HeapProfiler.collectGarbage. No port is opened. */
async function collectGarbage(): Promise<void> {
  // Most commands don't need it.
  const inspector = await import("node:inspector");
  const session: Session = new inspector.Session();
  session.connect();
  await new Promise((resolve) => session.post("HeapProfiler.collectGarbage", resolve));
  session.disconnect();
}
