import type { AssetListener, DeploymentError, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Observer } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode, exitCodeOfRun } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { errorTexts } from "../output/error-text.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import { openListeners } from "../wiring/open-listeners.js";
import { chooseProgress } from "../progress/choose-progress.js";

/** What every report says of the whole run. */
interface AnyReport {
  outcome: "ok" | "failed" | "interrupted";
}

/** What a run of the deployer is given. */
interface Hooks {
  signal: AbortSignal;
  observer: Observer;
  /** What the holder of the project's lock does. */
  purpose: string;
  /** Who receives the assets that the run changes. */
  listeners: readonly AssetListener[];
}

/** A command that changes services, and how it is told. */
export interface Operation<Report extends AnyReport> {
  command: string;
  /** What a first Ctrl-C leads to, for people. */
  consequence: string;
  run: (hooks: Hooks) => Promise<Report>;
  /** The result, for stdout. */
  text: (report: Report, width?: number) => string;
  /** What went wrong, the first of which decides the exit code. */
  errors: (report: Report) => readonly (DeploymentError | undefined)[];
}

/** Runs it with progress and signals, prints what came of it, and closes the strategy. */
export async function runOperation<Report extends AnyReport>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { io, options }: CommandContext,
  { command, consequence, run, text, errors }: Operation<Report>,
): Promise<ExitCode> {
  const progress = chooseProgress(options, io);
  const interrupt = listenForInterrupt(io, consequence, progress.note);
  const warn = (reason: string): void =>
    progress.observe({ type: "warning", warning: { code: "LISTENER_FAILED", reason } });
  try {
    const { listeners, close } = await openListeners(options, io, warn);
    const hooks = { signal: interrupt.signal, observer: progress.observe, purpose: `ofdeploy ${command}`, listeners };
    const report = await run(hooks).finally(close);
    progress.stop();
    const found = errors(report);
    const interrupted = report.outcome === "ok" ? undefined : interrupt.exitCode();
    const exitCode = interrupted ?? exitCodeOfRun(report.outcome, found);
    if (options.json) {
      writeJson(io.stdout, "result", { command, ok: exitCode === EXIT.ok, exitCode, ...report });
    } else {
      io.stdout.write(text(report, io.stdout.isTTY ? io.stdout.columns : undefined));
      io.stderr.write(errorTexts(found, styleFor(io.stderr, io)));
    }
    return exitCode;
  } finally {
    progress.stop();
    interrupt.stop();
    await strategy.close();
  }
}
