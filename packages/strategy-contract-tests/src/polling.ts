import { setTimeout as delay } from "node:timers/promises";

/** How long is waited for what must happen sooner or later. Passing is never a matter of speed. */
export const PATIENCE_MS = 60_000;
const STEP_MS = 50;

/**
 * Looks until what it sees is as it should be, and tells what that was.
 * @throws Error with what was seen last.
 */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value>,
  isThere: (value: Value) => boolean,
  patienceMs: number,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}. Last seen: ${JSON.stringify(value)}`);
    await delay(STEP_MS);
  }
}
