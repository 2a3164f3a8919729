import type { ProcessOperation, ProcessReport, ProcessVerdict } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { formatDuration } from "../output/format.js";
import { countOutcomes, PROCESS_WORDS } from "../output/outcomes.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface ProcessCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

const PAST: Readonly<Record<ProcessOperation, string>> = { restart: "restarted", stop: "stopped", start: "started" };

/** `restart`, `stop` and `start`. */
export async function processesCommand(
  context: CommandContext<ProcessCommandOptions>,
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
    run: async (hooks) => {
      const named = options.apps.length === 0 ? undefined : await chooseDeployed(options.apps, desired, strategy);
      return changeProcesses(strategy, desired, operation, {
        ...hooks,
        apps: named?.map(({ key }) => key),
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        concurrency: options.concurrency,
        forceUnlock: options.forceUnlock,
      });
    },
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
  const sum = countOutcomes(
    PROCESS_WORDS,
    apps.map((verdict) => verdict.outcome),
  );
  return `${table(columns, apps, width)}${project}: ${sum} in ${formatDuration(elapsedMs)}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
}

function noteOf({ outcome, causedBy, error }: ProcessVerdict): string {
  if (outcome === "failed") return error?.code ?? "";
  if (outcome !== "skipped") return "";
  return causedBy === undefined ? "interrupted" : `${causedBy} failed`;
}
