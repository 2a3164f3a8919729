import type { CommandContext } from "../command-context.js";
import type { ExitCode } from "../exit-codes.js";
import { upErrors, upText } from "../output/up-text.js";
import { chooseApps } from "../wiring/choose-apps.js";
import { loadDesired } from "../wiring/load-desired.js";
import { runOperation } from "./run-operation.js";

export interface AdoptCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  forceUnlock?: boolean;
}

export async function adoptCommand(context: CommandContext<AdoptCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { desired, strategy } = await loadDesired(options, io);
  const { adoptApps } = await import("../adopt/adopt-apps.js");
  return runOperation(strategy, context, {
    command: "adopt",
    consequence: "what was taken over is put back as it was",
    run: async (hooks) => {
      const keys = chooseApps(options.apps, desired).map(({ key }) => key);
      return adoptApps(strategy, desired, keys, {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      });
    },
    text: (report, width) =>
      report.apps.length === 0 ? `${report.project}: nothing to take over\n` : upText(report, width),
    errors: upErrors,
  });
}
