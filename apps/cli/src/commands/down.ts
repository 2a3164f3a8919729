import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { downErrors, downText } from "../output/down-text.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";
import { runOperation } from "./run-operation.js";

export interface DownCommandOptions {
  volumes?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

export async function downCommand(context: CommandContext<DownCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io, "Services are removed without the order of depends_on.");
  const strategy = await openStrategy(options, io);
  const { down } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "down",
    consequence: "what is being removed is still removed or left as it is, and no more is begun",
    run: (hooks) =>
      down(strategy, desired, {
        ...hooks,
        volumes: options.volumes,
        timeoutMs: options.timeout,
        concurrency: options.concurrency,
        forceUnlock: options.forceUnlock,
      }),
    text: downText,
    errors: downErrors,
  });
}
