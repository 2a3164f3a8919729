import type { UpReport } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import { upErrors, upText } from "../output/up-text.js";
import { chooseProgress } from "../progress/choose-progress.js";
import { loadDesired } from "../wiring/load-desired.js";

export interface UpCommandOptions {
  wait?: boolean;
  timeout?: number;
  concurrency?: number;
  strict?: boolean;
  rollback?: boolean;
}

export async function upCommand({ io, options }: CommandContext<UpCommandOptions>): Promise<ExitCode> {
  const { desired, strategy } = await loadDesired(options, io);
  const { up } = await import("@openfactory/deployer");
  const keepFailed = options.rollback === false;
  const interrupt = listenForInterrupt(io, keepFailed ? "what this run made is kept" : "what this run made is removed again");
  const progress = chooseProgress(options, io);
  try {
    const report = await up(strategy, desired, {
      signal: interrupt.signal,
      observer: progress.observe,
      wait: options.wait ?? true,
      timeoutMs: options.timeout,
      concurrency: options.concurrency,
      strict: options.strict,
      keepFailed,
    });
    progress.stop();
    const exitCode = exitCodeOfUp(report, interrupt.exitCode());
    if (options.json) {
      writeJson(io.stdout, "result", { command: "up", ok: exitCode === EXIT.ok, exitCode, ...report });
    } else {
      io.stdout.write(upText(report, io.stdout.isTTY ? io.stdout.columns : undefined));
      io.stderr.write(upErrors(report, styleFor(io.stderr, io)));
    }
    return exitCode;
  } finally {
    progress.stop();
    interrupt.stop();
    await strategy.close();
  }
}

/** A failed run ends as its first failed app does. */
function exitCodeOfUp({ outcome, apps }: UpReport, interrupted: ExitCode | undefined): ExitCode {
  if (interrupted !== undefined && outcome !== "ok") return interrupted;
  const error = apps.find((verdict) => verdict.error !== undefined)?.error;
  if (error !== undefined) return exitCodeOf(error.code);
  return outcome === "ok" ? EXIT.ok : EXIT.failed;
}
