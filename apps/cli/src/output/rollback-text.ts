import type { DeploymentError } from "@openfactory/deploy-core";
import type { RollbackReport, RollbackVerdict } from "@openfactory/deployer";
import { inWords } from "./durations.js";
import { imageText } from "./image-text.js";
import { counted, ROLLBACK_WORDS } from "./outcome-words.js";
import { type Column, table } from "./table.js";

const columns: readonly Column<RollbackVerdict>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "RESULT", cell: ({ outcome }) => ROLLBACK_WORDS[outcome] },
  { title: "FROM", cell: ({ from }) => (from === undefined ? "-" : imageText(from)), dropRank: 2 },
  { title: "TO", cell: ({ to }) => (to === undefined ? "-" : imageText(to)), dropRank: 1 },
  { title: "TOOK", cell: ({ elapsedMs }) => inWords(elapsedMs), dropRank: 4 },
  { title: "NOTE", cell: noteOf, dropRank: 3 },
];

/** What became of each app, and the sum of it. */
export function rollbackText({ apps, project, elapsedMs, outcome }: RollbackReport, width?: number): string {
  if (apps.length === 0) return `${project}: nothing to bring back\n`;
  const sum = counted(
    ROLLBACK_WORDS,
    apps.map((verdict) => verdict.outcome),
  );
  return `${table(columns, apps, width)}${project}: ${sum} in ${inWords(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
}

function noteOf({ outcome, reason, because, error }: RollbackVerdict): string {
  if (outcome === "failed") return error?.code ?? "";
  if (outcome === "skipped" && reason === undefined)
    return because === undefined ? "since the run was interrupted" : `since ${because} failed`;
  return reason?.replace(/\.$/, "") ?? "";
}

export const rollbackErrors = ({ apps }: RollbackReport): (DeploymentError | undefined)[] =>
  apps.map(({ error }) => error);
