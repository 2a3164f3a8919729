import type {
  ActualState,
  AppOutcome,
  RevertAction,
  RevertStep,
  ResourceVerdict,
  ProcessOutcome,
  RollbackOutcome,
} from "@openfactory/deployer";
import { formatDuration, stripControlChars } from "./format.js";

/** The results of apps as printed, in the order of the summary. */
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
  reverted: "reverted",
  skipped: "skipped",
};

/** The version of an app at the end of a run. */
export const NOW_WORDS: Readonly<Record<ActualState, string>> = {
  desired: "as in the file",
  previous: "previous version",
  absent: "not deployed",
  unknown: "unknown",
};

/** The results of a rollback, in the order of the summary. */
export const ROLLBACK_WORDS: Readonly<Record<RollbackOutcome, string>> = {
  running: "running",
  completed: "completed",
  stopped: "stopped",
  started: "started",
  failed: "failed",
  "no-previous": "no previous version",
  skipped: "skipped",
};

/** The results of a restart, stop or start, in the order of the summary. */
export const PROCESS_WORDS: Readonly<Record<ProcessOutcome, string>> = {
  running: "running",
  completed: "completed",
  started: "started",
  stopped: "stopped",
  unchanged: "unchanged",
  failed: "failed",
  skipped: "skipped",
};

/** `2 running, 1 failed`: the number of each result, in the order of `words`. */
export function countOutcomes<Outcome extends string>(
  words: Readonly<Record<Outcome, string>>,
  outcomes: readonly Outcome[],
): string {
  return (Object.entries(words) as [Outcome, string][])
    .map(([outcome, word]) => [outcomes.filter((each) => each === outcome).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

interface Total<Outcome extends string> {
  project: string;
  apps: readonly { outcome: Outcome }[];
  elapsedMs: number;
  outcome: "ok" | "failed" | "interrupted";
}

/** The last line of a report: `plant: 2 running, 1 failed in 4.2 s`. */
export const totalText = <Outcome extends string>(
  { project, apps, elapsedMs, outcome }: Total<Outcome>,
  words: Readonly<Record<Outcome, string>>,
): string => {
  const sum = countOutcomes(
    words,
    apps.map((app) => app.outcome),
  );
  return `${project}: ${sum} in ${formatDuration(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
};

const RESOURCE_WORDS: Readonly<Record<ResourceVerdict["outcome"], string>> = {
  created: "created",
  removed: "removed",
  reverted: "reverted",
  failed: "failed",
  skipped: "skipped",
  kept: "kept",
};

export const resourceWords = ({ outcome }: ResourceVerdict): string => RESOURCE_WORDS[outcome];

/** A line for each result, `created: network factory_back, secret factory_key_0123456789ab`, and one for each kept resource. */
export function resourcesText(resources: readonly ResourceVerdict[]): string {
  const kept = resources.filter(({ outcome }) => outcome === "kept");
  const byOutcome = Map.groupBy(
    resources.filter(({ outcome }) => outcome !== "kept"),
    ({ outcome }) => outcome,
  );
  return [...byOutcome]
    .map(([outcome, group]) => {
      const names = group.map(({ kind, name }) => `${kind} ${stripControlChars(name)}`);
      return `${RESOURCE_WORDS[outcome]}: ${names.join(", ")}\n`;
    })
    .concat(
      kept.map(
        ({ kind, name, reason = "" }) => `kept: ${kind} ${stripControlChars(name)}: ${stripControlChars(reason)}\n`,
      ),
    )
    .join("");
}

/** The texts of a step that reverts a change: while it runs, when it is done, when it failed. */
const REVERT_WORDS: Readonly<Record<RevertAction, readonly [begun: string, done: string, failed: string]>> = {
  remove: ["removing", "removed", "not removed"],
  rollback: ["rolling back", "rolled back", "not rolled back"],
  restore: ["restoring the previous settings", "previous settings restored", "previous settings not restored"],
  redeploy: ["redeploying the previous version", "previous version redeployed", "previous version not redeployed"],
  keep: ["kept", "kept", "not kept"],
};

/** The subject of a step: the app, or the kind and name of a resource. */
export const subjectOf = ({ app, service, resource }: RevertStep): string =>
  resource === undefined ? (app ?? service ?? "") : `${resource.kind} ${resource.name}`;

/** `removing`, `rolled back`, `previous settings not restored: ...`. */
export function revertWords({ action, state, reason, error }: RevertStep): string {
  const [begun, done, failed] = REVERT_WORDS[action];
  if (state === "begun") return begun;
  if (state === "done")
    return `${done}${reason === undefined ? "" : `: ${stripControlChars(reason.replace(/\.$/, ""))}`}`;
  return `${failed}${error === undefined ? "" : `: ${stripControlChars(error.message)}`}`;
}

/** The steps that reverted a failed run, one per line, in their order. */
export function revertText(steps: readonly RevertStep[]): string {
  if (steps.length === 0) return "";
  const lines = steps.map((step) => {
    const took = step.elapsedMs === undefined ? "" : ` (${formatDuration(step.elapsedMs)})`;
    return `  ${stripControlChars(subjectOf(step))}: ${revertWords(step)}${took}\n`;
  });
  return `reverting this run:\n${lines.join("")}`;
}
