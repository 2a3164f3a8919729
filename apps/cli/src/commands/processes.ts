import type { ProcessOperation, ProcessReport, ProcessVerdict } from "@openfactory/deployer";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { formatDuration } from "../output/format.js";
import { PROCESS_WORDS, totalText } from "../output/outcomes.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { type ChangeCommandOptions, changeOptions } from "./change-options.js";
import { runOperation } from "./run-operation.js";

const PAST: Readonly<Record<ProcessOperation, string>> = { restart: "restarted", stop: "stopped", start: "started" };

/** `restart`, `stop` and `start`. */
export async function processesCommand(
  context: CommandContext<ChangeCommandOptions>,
  operation: ProcessOperation,
): Promise<ExitCode> {
  const { io, options } = context;
  const order = `Apps are ${PAST[operation]} in any order, because depends_on is not known.`;
  const desired = await loadProject(options, io, order);
  const strategy = await openStrategy(options, io);
  const { changeProcesses } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: operation,
    consequence: `apps that were ${PAST[operation]} stay so; no more are ${PAST[operation]}`,
    run: async (hooks) =>
      changeProcesses(strategy, desired, operation, { ...hooks, ...(await changeOptions(options, desired, strategy)) }),
    text: (report, width) => processesText(report, operation, width),
    errors: ({ apps }) => apps.map(({ error }) => error),
  });
}

const columns: readonly Column<ProcessVerdict>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "RESULT", cell: ({ outcome }) => PROCESS_WORDS[outcome] },
  { title: "TOOK", cell: ({ elapsedMs }) => formatDuration(elapsedMs), dropRank: 2 },
  { title: "NOTE", cell: noteOf, dropRank: 1 },
];

/** The result for each app, and the total. */
export function processesText(
  { apps, project, elapsedMs, outcome }: ProcessReport,
  operation: ProcessOperation,
  width?: number,
): string {
  if (apps.length === 0) return `${project}: nothing to ${operation}\n`;
  return `${table(columns, apps, width)}${totalText({ project, apps, elapsedMs, outcome }, PROCESS_WORDS)}`;
}

function noteOf({ outcome, causedBy, error }: ProcessVerdict): string {
  if (outcome === "failed") return error?.code ?? "";
  if (outcome !== "skipped") return "";
  return causedBy === undefined ? "interrupted" : `${causedBy} failed`;
}
