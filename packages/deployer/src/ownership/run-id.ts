import { randomBytes } from "node:crypto";

let latest = 0;

/** A new run's id, such as `2026-01-31T08:15:00.123Z-1a2b3c`: later runs sort after earlier ones. */
export function newRunId(): string {
  // Two of one process may begin within a millisecond.
  latest = Math.max(Date.now(), latest + 1);
  return `${new Date(latest).toISOString()}-${randomBytes(3).toString("hex")}`;
}
