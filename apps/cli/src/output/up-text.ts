import type { AppOutcome, AppVerdict, UpReport } from "@openfactory/deployer";
import { inWords } from "./durations.js";
import { errorText } from "./error-text.js";
import type { Style } from "./style.js";
import { table } from "./table.js";

const OUTCOMES: readonly AppOutcome[] = [
  "running",
  "completed",
  "started",
  "updated",
  "adopted",
  "unchanged",
  "rolled-back",
  "failed",
  "put-back",
  "skipped",
];

/** What became of each app, and the sum of it. */
export function upText({ apps, project, elapsedMs, outcome }: UpReport, width?: number): string {
  const rows = table(
    [
      { title: "APP", cell: (verdict: AppVerdict) => verdict.app },
      { title: "RESULT", cell: ({ outcome: word }) => word },
      { title: "REPLICAS", cell: ({ status }) => (status ? `${status.replicas.running}/${status.replicas.desired}` : "-"), dropRank: 2 },
      { title: "TOOK", cell: ({ elapsedMs: took }) => inWords(took), dropRank: 3 },
      { title: "NOTE", cell: noteOf, dropRank: 1 },
    ],
    apps,
    width,
  );
  const counts = OUTCOMES.map((word) => [word, apps.filter((verdict) => verdict.outcome === word).length] as const)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`);
  const end = outcome === "interrupted" ? "; interrupted" : "";
  return `${rows}${project}: ${counts.join(", ")} in ${inWords(elapsedMs)}${end}\n`;
}

function noteOf({ outcome, because, now, leftBehind, status }: AppVerdict): string {
  if (leftBehind !== undefined) return "still there: could not be removed again";
  if (outcome === "failed" && now === "nothing") return "removed again";
  const reason = because === undefined ? "the run was interrupted" : `${because} failed`;
  if (outcome === "skipped") return `not made, since ${reason}`;
  if (outcome === "put-back") return `removed again, since ${reason}`;
  if (outcome === "unchanged" && status !== undefined && status.state !== "running") return status.state;
  return "";
}

/** The errors of a run, each whole. */
export const upErrors = ({ apps }: UpReport, style: Style): string =>
  apps
    .flatMap(({ error, leftBehind }) => [error, leftBehind === error ? undefined : leftBehind])
    .filter((error) => error !== undefined)
    .map((error) => errorText(error, style))
    .join("");
