import { randomBytes } from "node:crypto";

/** A new run's id, such as `2026-01-31T08:15:00.123Z-1a2b3c`: later runs sort after earlier ones. */
export const newRunId = (now: Date = new Date()): string => `${now.toISOString()}-${randomBytes(3).toString("hex")}`;
