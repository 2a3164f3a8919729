import type { DeploymentError } from "@openfactory/deploy-core";
import type { RollbackReport, RollbackVerdict } from "@openfactory/deployer";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { shortenDigest, formatDuration } from "../output/format.js";
import { ROLLBACK_WORDS, totalText } from "../output/outcomes.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { type ChangeCommandOptions, changeOptions } from "./change-options.js";
import { runOperation } from "./run-operation.js";

export async function rollbackCommand(context: CommandContext<ChangeCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io, "Apps are rolled back in any order, because depends_on is not known.");
  const strategy = await openStrategy(options, io);
  const { rollback } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "rollback",
    consequence: "apps that were rolled back stay rolled back; no more are started",
    run: async (hooks) =>
      rollback(strategy, desired, { ...hooks, ...(await changeOptions(options, desired, strategy)) }),
    text: rollbackText,
    errors: rollbackErrors,
  });
}

const columns: readonly Column<RollbackVerdict>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "RESULT", cell: ({ outcome }) => ROLLBACK_WORDS[outcome] },
  { title: "FROM", cell: ({ from }) => (from === undefined ? "-" : shortenDigest(from)), dropRank: 2 },
  { title: "TO", cell: ({ to }) => (to === undefined ? "-" : shortenDigest(to)), dropRank: 1 },
  { title: "TOOK", cell: ({ elapsedMs }) => formatDuration(elapsedMs), dropRank: 4 },
  { title: "NOTE", cell: noteOf, dropRank: 3 },
];

/** The result for each app, and the total. */
export function rollbackText({ apps, project, elapsedMs, outcome }: RollbackReport, width?: number): string {
  if (apps.length === 0) return `${project}: nothing to roll back\n`;
  return `${table(columns, apps, width)}${totalText({ project, apps, elapsedMs, outcome }, ROLLBACK_WORDS)}`;
}

function noteOf({ outcome, reason, causedBy, error }: RollbackVerdict): string {
  if (outcome === "failed") return error?.code ?? "";
  if (outcome === "skipped" && reason === undefined)
    return causedBy === undefined ? "interrupted" : `${causedBy} failed`;
  return reason?.replace(/\.$/, "") ?? "";
}

export const rollbackErrors = ({ apps }: RollbackReport): (DeploymentError | undefined)[] =>
  apps.map(({ error }) => error);
