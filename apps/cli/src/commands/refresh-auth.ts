import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { refreshText } from "../output/refresh-text.js";
import { chooseDeployed } from "../wiring/deployed-apps.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";
import { runOperation } from "./run-operation.js";

export interface RefreshAuthCommandOptions {
  apps: string[];
  concurrency?: number;
}

export async function refreshAuthCommand(context: CommandContext<RefreshAuthCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { apps, concurrency } = options;
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const { refreshAuth } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "refresh-auth",
    consequence: "what is being renewed is still renewed, and no more is begun",
    run: async ({ signal, observer }) => {
      const named = apps.length === 0 ? undefined : await chooseDeployed(apps, desired, strategy);
      const services = named?.map(({ service }) => service);
      return refreshAuth(strategy, desired, { services, signal, observer, concurrency });
    },
    text: refreshText,
    errors: ({ services: verdicts }) => verdicts.map(({ error }) => error),
  });
}
