import type { DeploymentError } from "@openfactory/deploy-core";
import type { AppVerdict, UpReport } from "@openfactory/deployer";
import { stripControlChars, formatDuration } from "./format.js";
import { revertText, countOutcomes, NOW_WORDS, OUTCOME_WORDS, resourcesText } from "./outcomes.js";
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
  { title: "TOOK", cell: ({ elapsedMs }) => formatDuration(elapsedMs), dropRank: 4 },
  { title: "NOTE", cell: noteOf, dropRank: 2 },
];

/** With more apps than this, unchanged apps are only counted. */
const MAX_ROWS = 30;

/**
 * The result for each app, resource and orphan, the steps that reverted a failed run, and the total. If an app is not as
 * the file declares it, prints the current versions too.
 */
export function upText(report: UpReport, width?: number): string {
  const { apps, orphans, resources, revertSteps, project, elapsedMs, outcome } = report;
  const isAsDesired = apps.every((verdict) => verdict.now === "desired");
  const shown = isAsDesired ? columns : columns.toSpliced(2, 0, now);
  const removed = orphans.map(
    ({ app, service, outcome: word }) => `${stripControlChars(app ?? service)}: ${word} (not in the file)\n`,
  );
  const total = countOutcomes(
    OUTCOME_WORDS,
    apps.map((verdict) => verdict.outcome),
  );
  const rows = apps.length > MAX_ROWS ? apps.filter((verdict) => verdict.outcome !== "unchanged") : apps;
  return [
    rows.length === 0 ? "" : table(shown, rows, width),
    resourcesText(resources),
    ...removed,
    revertText(revertSteps),
    `${project}: ${total} in ${formatDuration(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`,
    isAsDesired
      ? ""
      : `${project} now: ${countOutcomes(
          NOW_WORDS,
          apps.map((verdict) => verdict.now),
        )}\n`,
  ].join("");
}

function noteOf({ outcome, causedBy, error, leftBehind, kept, status }: AppVerdict): string {
  if (kept !== undefined)
    return `${outcome === "failed" ? `${error?.code ?? ""}, ` : ""}not reverted: ${kept.charAt(0).toLowerCase()}${kept.slice(1).replace(/\.$/, "")}`;
  if (leftBehind !== undefined) return "could not be reverted";
  if (outcome === "failed") return error?.code ?? "";
  if (outcome === "rolled-back") return "the new version failed";
  if (outcome === "skipped" || outcome === "reverted") {
    return causedBy === undefined ? "interrupted" : `${causedBy} failed`;
  }
  if (outcome === "unchanged" && status !== undefined && status.state !== "running") return status.state;
  return "";
}

/** The errors of a run, apps first. */
export const upErrors = ({ apps, orphans, resources, revertSteps }: UpReport): (DeploymentError | undefined)[] => [
  ...apps.flatMap(({ error, leftBehind }) => [error, leftBehind]),
  ...[...resources, ...orphans, ...revertSteps].map(({ error }) => error),
];
