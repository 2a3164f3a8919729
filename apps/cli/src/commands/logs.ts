import { DeploymentError, type LogEntry, requireCapability } from "@openfactory/deploy-core";
import { chooseDeployed, type NamedApp } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { Io } from "../io.js";
import type { CommandContext } from "../options/context.js";
import { styleFor } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { openGuardedStrategy, findPlatformWarnings } from "../platforms.js";
import { loadProject } from "../project.js";
import { followLogs, readLogs, type WriteEntry } from "./read-logs.js";

export interface LogsCommandOptions {
  apps: string[];
  follow?: boolean;
  tail?: number;
  since?: Date;
  timestamps?: boolean;
}

export async function logsCommand({ io, options }: CommandContext<LogsCommandOptions>): Promise<ExitCode> {
  rejectFileNames(options);
  const desired = await loadProject(options, io);
  const opened = await openGuardedStrategy(options, io, desired);
  const interrupt = listenForInterrupt(io);
  try {
    const strategy = requireCapability(opened, "logs");
    const targets = await chooseDeployed(options.apps, desired, opened);
    const { follow, tail, since } = options;
    const write = logWriter(targets, options, io);
    const read = follow ? followLogs : readLogs;
    // The stream ends if the reader closes stdout, or at a signal.
    const signal = AbortSignal.any([interrupt.signal, write.closed]);
    const missing = await read(strategy, targets, { follow, tail, since, signal }, write.entry);
    for (const { key, service } of missing) {
      const reason = `The app ${key} is not deployed: there is no service ${service}.`;
      if (options.apps.length > 0 || missing.length === targets.length) {
        const [warning] =
          desired === undefined ? [] : await findPlatformWarnings(opened, desired, { io, options, signal });
        const hint = warning?.reason ?? "Run `ofdeploy up` first, or `ofdeploy ps` to list the deployed apps.";
        throw new DeploymentError("NOT_FOUND", reason, { service, hint });
      }
      if (!options.json) io.stderr.write(`${reason}\n`);
    }
    const exitCode = interrupt.exitCode() ?? EXIT.ok;
    if (options.json) writeResult(io, { command: "logs", ok: exitCode === EXIT.ok, exitCode });
    return exitCode;
  } finally {
    interrupt.stop();
    await opened.close();
  }
}

/** `-f` means --follow after `logs`, and --file elsewhere. */
function rejectFileNames({ apps, follow }: LogsCommandOptions): void {
  const path = follow ? apps.find((name) => name === "-" || /[\\/]|\.ya?ml$/.test(name)) : undefined;
  if (path === undefined) return;
  throw new UsageError(
    `-f after \`logs\` means --follow, but ${path} is a file, not an app.`,
    `Run \`ofdeploy -f ${path} logs\`.`,
  );
}

const COLORS = ["cyan", "yellow", "green", "magenta", "blue", "cyanBright", "yellowBright", "greenBright"] as const;

/** A line of a log may contain line breaks if its process has a terminal, or its driver joins lines. */
const oneLine = (line: string): string => line.replace(/\r$/, "").replaceAll("\n", " ");

/** Writes each line after the name of its app, no faster than the reader of stdout accepts them. */
function logWriter(
  targets: readonly NamedApp[],
  { json, timestamps }: { json?: boolean; timestamps?: boolean },
  io: Io,
): { entry: WriteEntry; closed: AbortSignal } {
  const style = styleFor(io.stdout, io);
  const width = Math.max(...targets.map(({ key }) => key.length), 0);
  const prefixes = new Map(
    targets.map(({ key }, index) => [key, style(COLORS[index % COLORS.length] ?? "cyan", `${key.padEnd(width)} |`)]),
  );
  const closing = new AbortController();

  const write = (target: NamedApp, entry: LogEntry): void => {
    if (json) writeJson(io.stdout, "log", { app: target.key, ...entry });
    else {
      const time = timestamps ? `${style("dim", entry.timestamp)} ` : "";
      // Colors of a line end with it.
      const reset = entry.line.includes("\u001b[") ? "\u001b[0m" : "";
      io.stdout.write(`${prefixes.get(target.key) ?? target.key} ${time}${oneLine(entry.line)}${reset}\n`);
    }
  };
  return {
    closed: closing.signal,
    entry: async (target, entry) => {
      write(target, entry);
      await io.stdout.drained();
      if (io.stdout.closed) closing.abort();
    },
  };
}
