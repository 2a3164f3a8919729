/** Replaces the global `performance`: milliseconds since a fixed time. */
export const clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };
