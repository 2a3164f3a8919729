import { setTimeout as sleep } from "node:timers/promises";
import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { CommandContext } from "../options/context.js";
import { writeResult } from "../output/json-lines.js";
import { chooseView, type PsListing } from "../output/ps-views.js";

export interface WatchOptions {
  read: (signal: AbortSignal) => Promise<PsListing>;
  /** The listing that was made before. */
  first: PsListing;
  project: string;
  platform: string;
  /** Default: 2 seconds. */
  intervalMs?: number | undefined;
}

/** Errors of an engine that restarts, or can't be reached for some time. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set([
  "ENGINE_UNREACHABLE",
  "ENGINE_ERROR",
  "TIMEOUT",
  "NOT_A_SWARM_MANAGER",
] satisfies ErrorCode[]);

/**
 * Lists the apps again and again, until Ctrl-C, SIGTERM, or until the reader of stdout is gone. An engine that does not answer
 * for some time is reported, and does not end it.
 * @returns 130 or 143 after a signal.
 */
export async function watchPs(watch: WatchOptions, { io, options }: CommandContext): Promise<ExitCode> {
  const { read, first, project, platform, intervalMs = 2_000 } = watch;
  const interrupt = listenForInterrupt(io);
  const view = chooseView({ project, platform, intervalMs }, options, io);
  // A second Ctrl-C ends the process at once, so the first one restores the terminal.
  interrupt.signal.addEventListener("abort", () => view.close());
  try {
    view.show(first);
    while (!interrupt.signal.aborted && io.stdout.closed !== true) {
      await sleep(intervalMs, undefined, { signal: interrupt.signal });
      try {
        view.show(await read(interrupt.signal));
      } catch (error) {
        if (!DeploymentError.isInstance(error) || !TEMPORARY.has(error.code)) throw error;
        view.fail(error);
      }
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    view.close();
    interrupt.stop();
  }
  const exitCode = interrupt.exitCode() ?? EXIT.ok;
  if (options.json) writeResult(io, { command: "ps", ok: exitCode === EXIT.ok, exitCode, project });
  return exitCode;
}
