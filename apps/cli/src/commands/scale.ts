import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { scaleErrors, scaleText } from "../output/scale-text.js";
import { chooseDeployed } from "../wiring/deployed-apps.js";
import { loadProject } from "../wiring/load-project.js";
import type { ScaleTarget } from "../scale/scale-all.js";
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
        const apps = await chooseDeployed([name], desired, strategy);
        for (const { key: app } of apps) {
          if (targets.some((target) => target.app === app)) throw new UsageError(`${app} is named twice.`, "Name it once.");
          targets.push({ app, replicas });
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
