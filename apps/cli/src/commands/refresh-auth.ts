import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { refreshText } from "../output/refresh-text.js";
import { UsageError } from "../usage-error.js";
import { chooseApps } from "../wiring/choose-apps.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";
import { runOperation } from "./run-operation.js";

export interface RefreshAuthCommandOptions {
  apps: string[];
  concurrency?: number;
}

export async function refreshAuthCommand(context: CommandContext<RefreshAuthCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { apps, project, concurrency } = options;
  if (apps.length > 0 && project !== undefined) {
    throw new UsageError("Apps are named in the file, and --project takes no file.", "Leave out the one or the other.");
  }
  const desired = await loadProject(options, io);
  const services = apps.length === 0 ? undefined : chooseApps(apps, desired.apps).map(({ service }) => service);
  const strategy = await openStrategy(options, io);
  const { refreshAuth } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "refresh-auth",
    consequence: "what is being renewed is still renewed, and no more is begun",
    run: ({ signal, observer }) => refreshAuth(strategy, desired, { services, signal, observer, concurrency }),
    text: refreshText,
    errors: ({ services: verdicts }) => verdicts.map(({ error }) => error),
  });
}
