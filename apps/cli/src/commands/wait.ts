import type { WaitReport, WaitVerdict } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { formatDuration } from "../output/format.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface WaitCommandOptions {
  apps?: string[];
  timeout?: number;
}

/** Waits until apps are ready or have completed. The exit code is that of the first app that is neither. */
export async function waitCommand(context: CommandContext<WaitCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const { waitFor } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "wait",
    consequence: "no longer waiting; the apps are not changed",
    run: async ({ signal, observer }) => {
      const apps = await chooseDeployed(options.apps ?? [], desired, strategy);
      return waitFor(strategy, desired, apps, { signal, observer, timeoutMs: options.timeout });
    },
    text: waitText,
    errors: ({ apps }) => apps.map(({ error }) => error),
  });
}

const columns: readonly Column<WaitVerdict>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "RESULT", cell: ({ outcome }) => outcome },
  {
    title: "REPLICAS",
    cell: ({ status }) => (status ? `${status.replicas.running}/${status.replicas.desired}` : "-"),
  },
  { title: "TOOK", cell: ({ elapsedMs }) => formatDuration(elapsedMs), dropRank: 2 },
  { title: "NOTE", cell: ({ error }) => error?.code ?? "", dropRank: 1 },
];

const waitText = ({ project, apps }: WaitReport, width?: number): string =>
  apps.length === 0 ? `${project}: nothing is deployed\n` : table(columns, apps, width);
