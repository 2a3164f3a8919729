import type { AssetListener, DeploymentError, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { Observer } from "@openfactory/deployer";
import { openAssetListeners } from "../asset-listeners.js";
import { EXIT, type ExitCode, exitCodeOfRun } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { CommandContext } from "../options/context.js";
import { stripControlChars, styleFor } from "../output/format.js";
import { writeResult } from "../output/json-lines.js";
import { errorTexts } from "../output/messages.js";
import { chooseProgress } from "../progress/progress.js";

/** The common part of all reports. */
interface AnyReport {
  outcome: "ok" | "failed" | "interrupted";
  apps?: readonly ChangedApp[];
  services?: readonly ChangedApp[];
}

interface ChangedApp {
  app?: string;
  service?: string;
  outcome: string;
}

/** The outcomes of apps that a run did not change as requested. */
const NOT_CHANGED: ReadonlySet<string> = new Set([
  "unchanged",
  "skipped",
  "failed",
  "foreign",
  "kept",
  "reverted",
  "rolled-back",
  "no-previous",
]);

/** For `--quiet`: the names of the apps that the run changed, one per line. */
const changedText = ({ apps = [], services = [] }: AnyReport): string =>
  [...apps, ...services]
    .filter(({ outcome }) => !NOT_CHANGED.has(outcome))
    .map(({ app, service = "" }) => `${stripControlChars(app ?? service)}\n`)
    .join("");

/** The options that every run of the deployer receives. */
interface Hooks {
  signal: AbortSignal;
  observer: Observer;
  /** The purpose recorded in the project's lock. */
  purpose: string;
  /** Receive the assets that the run changes. */
  listeners: readonly AssetListener[];
}

/** A command that changes services, and its output. */
export interface Operation<Report extends AnyReport> {
  command: string;
  /** The effect of the first Ctrl-C, as printed. */
  consequence: string;
  run: (hooks: Hooks) => Promise<Report>;
  /** The report as text, for stdout. */
  text: (report: Report, width?: number) => string;
  /** The errors of the report. The first one determines the exit code. */
  errors: (report: Report) => readonly (DeploymentError | undefined)[];
}

/** Runs an operation with progress and signals, prints its report and closes the strategy. */
export async function runOperation<Report extends AnyReport>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { io, options }: CommandContext,
  { command, consequence, run, text, errors }: Operation<Report>,
): Promise<ExitCode> {
  const progress = chooseProgress(options, io);
  const interrupt = listenForInterrupt(io, consequence, progress.note);
  io.waits?.showIn(progress);
  const warn = (reason: string): void =>
    progress.observe({ type: "warning", warning: { code: "LISTENER_FAILED", reason } });
  try {
    const { listeners, close } = await openAssetListeners(options, io, warn);
    const observer: Observer = (event) => {
      io.recorder?.observe(event);
      progress.observe(event);
    };
    io.recorder?.mark("plan");
    const hooks = { signal: interrupt.signal, observer, purpose: `ofdeploy ${command}`, listeners };
    const report = await run(hooks).finally(close);
    io.recorder?.mark("finish");
    io.waits?.showIn(undefined);
    progress.stop();
    const found = errors(report);
    const interrupted = report.outcome === "ok" ? undefined : interrupt.exitCode();
    const exitCode = interrupted ?? exitCodeOfRun(report.outcome, found);
    if (options.json) {
      writeResult(io, { command, ok: exitCode === EXIT.ok, exitCode, ...report });
    } else {
      const width = io.stdout.isTTY ? io.stdout.columns : undefined;
      io.stdout.write(options.quiet ? changedText(report) : text(report, width));
      io.stderr.write(errorTexts(found, styleFor(io.stderr, io), options));
    }
    return exitCode;
  } finally {
    io.waits?.showIn(undefined);
    progress.stop();
    interrupt.stop();
    await strategy.close();
  }
}
