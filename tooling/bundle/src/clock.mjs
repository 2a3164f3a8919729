/** What of the global `performance` a command uses: milliseconds since some moment. */
export const clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };
