import type { DeploymentError } from "@openfactory/deploy-core";
import type { AppVerdict, UpReport } from "@openfactory/deployer";
import { compensationText } from "./compensation-text.js";
import { inWords } from "./durations.js";
import { counted, NOW_WORDS, OUTCOME_WORDS } from "./outcome-words.js";
import { resourcesText } from "./resources-text.js";
import { harmless } from "./style.js";
import { type Column, table } from "./table.js";

const now: Column<AppVerdict> = { title: "NOW", cell: (verdict) => NOW_WORDS[verdict.now], dropRank: 1 };

const columns: readonly Column<AppVerdict>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "RESULT", cell: ({ outcome }) => OUTCOME_WORDS[outcome] },
  {
    title: "REPLICAS",
    cell: ({ status }) => (status ? `${status.replicas.running}/${status.replicas.desired}` : "-"),
    dropRank: 3,
  },
  { title: "TOOK", cell: ({ elapsedMs }) => inWords(elapsedMs), dropRank: 4 },
  { title: "NOTE", cell: noteOf, dropRank: 2 },
];

/** With more apps than this, those that are as they were are counted only. */
const MOST_ROWS = 30;

/**
 * What became of each app, of resources and of what the file no longer names, how a failed run was put back, and the sum.
 * Where not everything is as the file has it, the sum says what is there now.
 */
export function upText(report: UpReport, width?: number): string {
  const { apps, orphans, resources, compensation, project, elapsedMs, outcome } = report;
  const isAsDesired = apps.every((verdict) => verdict.now === "desired");
  const shown = isAsDesired ? columns : columns.toSpliced(2, 0, now);
  const gone = orphans.map(
    ({ app, service, outcome: word }) => `${harmless(app ?? service)}: ${word}, since it is not in the file\n`,
  );
  const sum = counted(
    OUTCOME_WORDS,
    apps.map((verdict) => verdict.outcome),
  );
  const rows = apps.length > MOST_ROWS ? apps.filter((verdict) => verdict.outcome !== "unchanged") : apps;
  return [
    rows.length === 0 ? "" : table(shown, rows, width),
    resourcesText(resources),
    ...gone,
    compensationText(compensation),
    `${project}: ${sum} in ${inWords(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`,
    isAsDesired
      ? ""
      : `${project} now: ${counted(
          NOW_WORDS,
          apps.map((verdict) => verdict.now),
        )}\n`,
  ].join("");
}

function noteOf({ outcome, because, error, leftBehind, kept, status, action }: AppVerdict): string {
  if (kept !== undefined)
    return `${outcome === "failed" ? `${error?.code ?? ""}, ` : ""}not reverted: ${kept.charAt(0).toLowerCase()}${kept.slice(1).replace(/\.$/, "")}`;
  if (leftBehind !== undefined) return "could not be put back";
  if (outcome === "failed") return error?.code ?? "";
  if (outcome === "rolled-back") return "the new version failed";
  if (outcome === "skipped" || outcome === "put-back") {
    const since = because === undefined ? "the run was interrupted" : `${because} failed`;
    return `${outcome === "skipped" ? (action === "create" ? "not made, " : "not touched, ") : ""}since ${since}`;
  }
  if (outcome === "unchanged" && status !== undefined && status.state !== "running") return status.state;
  return "";
}

/** What went wrong in a run, apps first. */
export const upErrors = ({ apps, orphans, resources, compensation }: UpReport): (DeploymentError | undefined)[] => [
  ...apps.flatMap(({ error, leftBehind }) => [error, leftBehind]),
  ...[...resources, ...orphans, ...compensation].map(({ error }) => error),
];
