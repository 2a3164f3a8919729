import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { scaleErrors, scaleText } from "../output/scale-text.js";
import { chooseDeployed } from "../wiring/deployed-apps.js";
import { loadProject } from "../wiring/load-project.js";
import type { ScaleTarget } from "../scale/scale-all.js";
import { scaleTargets } from "../scale/scale-targets.js";
import { UsageError } from "../usage-error.js";
import { openStrategy } from "../wiring/open-strategy.js";
import { runOperation } from "./run-operation.js";

export interface ScaleCommandOptions {
  replicas: Record<string, number>;
  wait?: boolean;
  timeout?: number;
  forceUnlock?: boolean;
}

export async function scaleCommand(context: CommandContext<ScaleCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const { scaleAll } = await import("../scale/scale-all.js");
  return runOperation(strategy, context, {
    command: "scale",
    consequence: "what was scaled stays, and no more is begun",
    run: async (hooks) => {
      const targets: ScaleTarget[] = [];
      for (const [name, replicas] of Object.entries(options.replicas)) {
        for (const target of scaleTargets(name, replicas, await chooseDeployed([name], desired, strategy))) {
          if (targets.some(({ app }) => app === target.app))
            throw new UsageError(`${target.app} is named twice.`, "Name it once.");
          targets.push(target);
        }
      }
      return scaleAll(strategy, desired, targets, {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      });
    },
    text: scaleText,
    errors: scaleErrors,
  });
}
