/**
 * Why a case was skipped:
 * - `manifest`: the strategy does not declare what the case tests;
 * - `difference`: the target declares that it can't pass the case;
 * - `selection`: the command line leaves the case out;
 * - `target`: the target or its engine lacks something that the case needs.
 */
export type SkipCause = "manifest" | "difference" | "selection" | "target";

/** The beginnings of reasons. Reasons of third parties follow a beginning of the suite, such as `not available here: `. */
const BEGINNINGS: Record<string, SkipCause> = {
  "the strategy ": "manifest",
  "the platform ": "manifest",
  "the engine is too old ": "manifest",
  "declared to differ: ": "difference",
  "not selected": "selection",
};

/** @param reason as the suite passes it to vitest. */
export const skipCause = (reason: string): SkipCause =>
  Object.entries(BEGINNINGS).find(([beginning]) => reason.startsWith(beginning))?.[1] ?? "target";
