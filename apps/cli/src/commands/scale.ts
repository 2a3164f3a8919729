import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { scaleErrors, scaleText } from "../output/scale-text.js";
import { appKeys } from "../wiring/choose-apps.js";
import { loadProject } from "../wiring/load-project.js";
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
  const keys = appKeys(Object.keys(options.replicas), desired.apps, options.project);
  const strategy = await openStrategy(options, io);
  const { scaleAll } = await import("../scale/scale-all.js");
  return runOperation(strategy, context, {
    command: "scale",
    consequence: "what was scaled stays, and no more is begun",
    run: (hooks) =>
      scaleAll(strategy, desired, Object.values(options.replicas).map((replicas, index) => ({ app: keys[index] ?? "", replicas })), {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      }),
    text: scaleText,
    errors: scaleErrors,
  });
}
