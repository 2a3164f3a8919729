import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { rollbackErrors, rollbackText } from "../output/rollback-text.js";
import { chooseDeployed } from "../wiring/deployed-apps.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";
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
  const desired = await loadProject(options, io, "Apps are rolled back without the order of depends_on.");
  const strategy = await openStrategy(options, io);
  const { rollback } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "rollback",
    consequence: "what was brought back stays, and no more is begun",
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
