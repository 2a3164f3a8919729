import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { psText } from "../output/ps-text.js";
import type { PsListing } from "../output/ps-views.js";
import { openStrategy, findPlatformWarnings } from "../platforms.js";
import { loadProject } from "../project.js";
import { listApps } from "./list-apps.js";

export interface PsCommandOptions {
  /** Names of the apps to list. Default: all. */
  apps?: string[];
  /** Keep listing. */
  watch?: boolean;
  /** The time between two listings, in milliseconds. Default: 2 seconds. */
  interval?: number;
}

export async function psCommand({ io, options }: CommandContext<PsCommandOptions>): Promise<ExitCode> {
  if (options.interval !== undefined && !options.watch) {
    throw new UsageError("--interval requires --watch.", "Add --watch, or remove --interval.");
  }
  if (options.watch && options.quiet) {
    throw new UsageError("--watch can't be combined with --quiet.", "Remove --quiet, or list the ids once.");
  }
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const [{ rows, listed, warnings }, platformWarnings] = await Promise.all([
      listApps(strategy, desired, options.apps),
      findPlatformWarnings(strategy, desired, { io, options }),
    ]);
    printWarnings([...warnings, ...platformWarnings], [], options, io);
    if (options.watch) {
      const { watchPs } = await import("./watch-ps.js");
      const read = (signal: AbortSignal): Promise<PsListing> => listApps(strategy, desired, options.apps, signal);
      const { project } = desired;
      const platform = strategy.manifest.name;
      return await watchPs(
        { read, first: { rows, listed }, project, platform, intervalMs: options.interval },
        { io, options },
      );
    }
    if (options.json) {
      for (const row of rows) writeJson(io.stdout, "app", row);
      writeResult(io, { command: "ps", ok: true, exitCode: EXIT.ok, project: desired.project });
      return EXIT.ok;
    }
    if (options.quiet) {
      for (const { status } of listed) for (const id of status?.ids ?? []) io.stdout.write(`${id}\n`);
      return EXIT.ok;
    }
    if (listed.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(psText(listed, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}
