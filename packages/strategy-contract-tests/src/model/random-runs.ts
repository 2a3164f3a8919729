import * as fc from "fast-check";
import { test } from "vitest";
import type { Suite } from "../suite.js";
import { Model } from "./model.js";
import { randomSteps } from "./random-steps.js";
import { Places, type Step } from "./steps.js";
import { expectAgreement, type Seen, takeStep } from "./take-step.js";

/** How random runs are made. */
export interface RandomRuns {
  runs: number;
  /** At most, in one run. */
  steps: number;
  seed?: number;
  /** Of one run, in milliseconds. */
  timeoutMs: number;
}

/** How long a failure may be made smaller, in milliseconds: then the smallest so far is told. */
export const SHRINK_MS = 60_000;

/**
 * Has the strategy and the model take random steps, run after run.
 * @throws Error with the steps of the smallest run that failed, and how to repeat it.
 */
export async function checkRandomRuns(suite: Suite, { runs, steps, seed, timeoutMs }: RandomRuns): Promise<void> {
  let failedAt: number | undefined;
  const property = fc.asyncProperty(randomSteps(suite, steps), async (taken) => {
    fc.pre(failedAt === undefined || Date.now() - failedAt < SHRINK_MS);
    try {
      await runOf(suite, taken);
    } catch (error) {
      failedAt ??= Date.now();
      throw error;
    }
  });
  const path = process.env["CONTRACT_PATH"];
  const chosen = process.env["CONTRACT_SEED"] ?? seed;
  const details = await fc.check(property, {
    numRuns: runs,
    timeout: timeoutMs,
    ...(chosen !== undefined && { seed: Number(chosen) }),
    ...(path !== undefined && { path, endOnFailure: true }),
  });
  if (!details.failed) return;
  const replay = `Repeat it with CONTRACT_SEED=${details.seed} CONTRACT_PATH=${details.counterexamplePath ?? ""}`;
  const cause = details.errorInstance;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`${await fc.asyncDefaultReportMessage(details)}\n\nIt failed at ${why}\n${replay}`, { cause });
}

/** One run, which leaves nothing behind. */
async function runOf(suite: Suite, steps: readonly Step[]): Promise<void> {
  const run = { suite, places: new Places(suite), model: new Model(suite.target.images.missing) };
  const seen: Seen = new Map();
  try {
    for (const [index, step] of steps.entries()) {
      await told(`step ${index + 1}, ${step.do} ${run.places.name(step.place)}`, async () => {
        await takeStep(run, step);
        await expectAgreement(run, seen);
      });
    }
    // A call that was cut off on this side may go on on the engine's.
    if (steps.some((step) => "fault" in step && typeof step.fault === "object")) {
      await suite.lateEffects();
      await told("after the last step", () => expectAgreement(run, seen));
    }
  } finally {
    await suite.cleanup();
  }
}

async function told(where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

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
