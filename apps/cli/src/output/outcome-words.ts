import type { AppNow, AppOutcome, RollbackOutcome } from "@openfactory/deployer";

/** Outcomes of an app in the order in which they are counted, as people read them. */
export const OUTCOME_WORDS: Readonly<Record<AppOutcome, string>> = {
  running: "running",
  completed: "completed",
  stopped: "stopped",
  started: "started",
  updated: "updated",
  adopted: "adopted",
  unchanged: "unchanged",
  "rolled-back": "rolled back",
  failed: "failed",
  "put-back": "put back",
  skipped: "skipped",
};

/** What is there of an app when the run has ended. */
export const NOW_WORDS: Readonly<Record<AppNow, string>> = {
  desired: "as in the file",
  before: "as before",
  nothing: "not there",
  unknown: "unknown",
};

/** What became of an app whose earlier version was to be brought back. */
export const ROLLBACK_WORDS: Readonly<Record<RollbackOutcome, string>> = {
  running: "running",
  completed: "completed",
  stopped: "stopped",
  started: "started",
  failed: "failed",
  "no-previous": "no earlier version",
  skipped: "skipped",
};

/** `2 running, 1 failed`: in the order of `words`, without what there is none of. */
export function counted<Word extends string>(words: Readonly<Record<Word, string>>, found: readonly Word[]): string {
  return (Object.entries(words) as [Word, string][])
    .map(([word, text]) => [found.filter((each) => each === word).length, text] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
    .join(", ");
}
