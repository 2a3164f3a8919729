import type { DownReport } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { downText } from "../output/down-text.js";
import { errorText } from "../output/error-text.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import { chooseProgress } from "../progress/choose-progress.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";

export interface DownCommandOptions {
  project?: string;
  timeout?: number;
  concurrency?: number;
}

export async function downCommand({ io, options }: CommandContext<DownCommandOptions>): Promise<ExitCode> {
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  const { down } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io, "what is being removed is still removed or left as it is, and no more is begun");
  const progress = chooseProgress(options, io);
  try {
    const report = await down(strategy, desired, {
      signal: interrupt.signal,
      observer: progress.observe,
      timeoutMs: options.timeout,
      concurrency: options.concurrency,
    });
    progress.stop();
    const exitCode = exitCodeOfDown(report, interrupt.exitCode());
    if (options.json) {
      writeJson(io.stdout, "result", { command: "down", ok: exitCode === EXIT.ok, exitCode, ...report });
    } else {
      io.stdout.write(downText(report));
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

function exitCodeOfDown({ outcome, services }: DownReport, interrupted: ExitCode | undefined): ExitCode {
  if (interrupted !== undefined && outcome !== "ok") return interrupted;
  const error = services.find((removal) => removal.error !== undefined)?.error;
  return error === undefined ? EXIT.ok : exitCodeOf(error.code);
}
