import * as fc from "fast-check";
import { test } from "vitest";
import type { Suite } from "../suite.js";
import { Model } from "./model.js";
import { randomSteps } from "./random-steps.js";
import { RunServices, type Step } from "./steps.js";
import { expectAgreement, type Seen, takeStep } from "./take-step.js";

/** The number, length and seed of random runs. */
interface RandomRuns {
  runs: number;
  /** The highest number of steps in a run. */
  steps: number;
  seed?: number;
  /** The time limit of one run, in milliseconds. */
  timeoutMs: number;
}

/** How long a failed run is shrunk, in milliseconds: then the shortest run so far is reported. */
const SHRINK_MS = 60_000;

/**
 * Takes random steps with the strategy and the model, in several runs.
 * @throws Error with the steps of the shortest run that failed, and how to repeat it.
 */
async function checkRandomRuns(suite: Suite, { runs, steps, seed, timeoutMs }: RandomRuns): Promise<void> {
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

/** One run. It leaves nothing behind. */
async function runOf(suite: Suite, steps: readonly Step[]): Promise<void> {
  const run = { suite, services: new RunServices(suite), model: new Model(suite.target.images.missing) };
  const seen: Seen = new Map();
  try {
    for (const [index, step] of steps.entries()) {
      await atStep(`step ${index + 1}, ${step.do} ${run.services.name(step.service)}`, async () => {
        await takeStep(run, step);
        await expectAgreement(run, seen);
      });
    }
    // The engine may complete a call that the client interrupted.
    if (steps.some((step) => "fault" in step && typeof step.fault === "object")) {
      await suite.lateEffects();
      await atStep("after the last step", () => expectAgreement(run, seen));
    }
  } finally {
    await suite.cleanup();
  }
}

async function atStep(where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The number and length of random runs. */
export interface ModelOptions {
  /** Default 4. */
  runs?: number;
  /** The highest number of steps in a run. Default 12. */
  steps?: number;
  /** Default: a random one. `CONTRACT_SEED` and `CONTRACT_PATH` in the environment take precedence. */
  seed?: number;
  /** Time limit of one run in milliseconds. Default 180000. */
  timeoutMs?: number;
}

/** Random steps: after each one, the engine must agree with a model. */
export function randomRunCases(suite: Suite, options: ModelOptions = {}): void {
  const { runs = 4, steps = 12, seed, timeoutMs = 180_000 } = options;
  test(
    "the engine agrees with the model after every step of a random run",
    { timeout: (runs + 2) * timeoutMs + SHRINK_MS },
    () => checkRandomRuns(suite, { runs, steps, seed, timeoutMs }),
  );
}
