import { test } from "vitest";
import { checkRandomRuns, SHRINK_MS } from "../model/random-run.js";
import type { Suite } from "../suite.js";

/** How many random runs there are, and how long they are. */
export interface ModelOptions {
  /** Default 4. */
  runs?: number;
  /** Steps of one run at most. Default 12. */
  steps?: number;
  /** Default: another one each time. The environment's `CONTRACT_SEED` and `CONTRACT_PATH` go before it. */
  seed?: number;
  /** Time limit of one run in milliseconds. Default 180000. */
  timeoutMs?: number;
}

/** Random steps, after each of which the engine has what a plain model says. */
export function randomRunCases(suite: Suite, options: ModelOptions = {}): void {
  const { runs = 4, steps = 12, seed, timeoutMs = 180_000 } = options;
  test(
    "after every step of a random run, the engine has what the model says",
    { timeout: (runs + 2) * timeoutMs + SHRINK_MS },
    () => checkRandomRuns(suite, { runs, steps, seed, timeoutMs }),
  );
}
