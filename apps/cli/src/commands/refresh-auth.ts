import type { RefreshReport } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { chooseTargets } from "../logs/choose-targets.js";
import { errorText } from "../output/error-text.js";
import { writeJson } from "../output/json-lines.js";
import { refreshText } from "../output/refresh-text.js";
import { styleFor } from "../output/style.js";
import { chooseProgress } from "../progress/choose-progress.js";
import { UsageError } from "../usage-error.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";

export interface RefreshAuthCommandOptions {
  apps: string[];
  project?: string;
  concurrency?: number;
}

export async function refreshAuthCommand({ io, options }: CommandContext<RefreshAuthCommandOptions>): Promise<ExitCode> {
  const { apps, project, concurrency } = options;
  if (apps.length > 0 && project !== undefined) {
    throw new UsageError("Apps are named in the file, and --project takes no file.", "Leave out the one or the other.");
  }
  const desired = await loadProject(options, io);
  const services = apps.length === 0 ? undefined : chooseTargets(apps, desired.apps).map(({ service }) => service);
  const strategy = await openStrategy(options, io);
  const { refreshAuth } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io, "what is being renewed is still renewed, and no more is begun");
  const progress = chooseProgress(options, io);
  try {
    const { signal } = interrupt;
    const report = await refreshAuth(strategy, desired, { services, signal, observer: progress.observe, concurrency });
    progress.stop();
    const exitCode = exitCodeOfRefresh(report, interrupt.exitCode());
    if (options.json) {
      writeJson(io.stdout, "result", { command: "refresh-auth", ok: exitCode === EXIT.ok, exitCode, ...report });
    } else {
      io.stdout.write(refreshText(report));
      const style = styleFor(io.stderr, io);
      for (const { error } of report.services) if (error !== undefined) io.stderr.write(errorText(error, style));
    }
    return exitCode;
  } finally {
    progress.stop();
    interrupt.stop();
    await strategy.close();
  }
}

function exitCodeOfRefresh({ outcome, services }: RefreshReport, interrupted: ExitCode | undefined): ExitCode {
  if (interrupted !== undefined && outcome !== "ok") return interrupted;
  const error = services.find((verdict) => verdict.error !== undefined)?.error;
  return error === undefined ? EXIT.ok : exitCodeOf(error.code);
}
