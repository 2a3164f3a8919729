import { fileURLToPath } from "node:url";

export const HOUR = 3_600_000;

const SHIFT = fileURLToPath(new URL("./clock-shift.support.mjs", import.meta.url));

/**
 * The environment of a command whose clock is off. The engine's clock is right, so from the command's view the engine's is
 * off.
 */
export const shiftedClock = (offMs: number): Record<string, string> => ({
  NODE_OPTIONS: `--import ${SHIFT}`,
  CLOCK_OFF_MS: String(offMs),
});

/** A duration below zero in the output of a command. */
export const NEGATIVE_TIME = /(?<![\w-])-\d+(\.\d+)? ?(ms|s|min|h|d)\b/;
