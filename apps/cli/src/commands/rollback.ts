import type { DeploymentError } from "@openfactory/deploy-core";
import type { RollbackReport, RollbackVerdict } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { shortenDigest, formatDuration } from "../output/format.js";
import { countOutcomes, ROLLBACK_WORDS } from "../output/outcomes.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface RollbackCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

export async function rollbackCommand(context: CommandContext<RollbackCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io, "Apps are rolled back in any order, because depends_on is not known.");
  const strategy = await openStrategy(options, io);
  const { rollback } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "rollback",
    consequence: "apps that were rolled back stay rolled back; no more are started",
    run: async (hooks) => {
      const named = options.apps.length === 0 ? undefined : await chooseDeployed(options.apps, desired, strategy);
      return rollback(strategy, desired, {
        ...hooks,
        apps: named?.map(({ key }) => key),
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        concurrency: options.concurrency,
        forceUnlock: options.forceUnlock,
      });
    },
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
  const sum = countOutcomes(
    ROLLBACK_WORDS,
    apps.map((verdict) => verdict.outcome),
  );
  return `${table(columns, apps, width)}${project}: ${sum} in ${formatDuration(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
}

function noteOf({ outcome, reason, causedBy, error }: RollbackVerdict): string {
  if (outcome === "failed") return error?.code ?? "";
  if (outcome === "skipped" && reason === undefined)
    return causedBy === undefined ? "interrupted" : `${causedBy} failed`;
  return reason?.replace(/\.$/, "") ?? "";
}

export const rollbackErrors = ({ apps }: RollbackReport): (DeploymentError | undefined)[] =>
  apps.map(({ error }) => error);
