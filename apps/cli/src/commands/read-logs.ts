import { type CanLogs, DeploymentError, type LogEntry, type LogsOptions } from "@openfactory/deploy-core";
import type { NamedApp } from "../choose-apps.js";

/** Writes one line; resolves when the next one can be written. */
export type WriteEntry = (target: NamedApp, entry: LogEntry) => Promise<void>;

const isInterrupt = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted === true && DeploymentError.isInstance(error, "ABORTED");

/**
 * Writes the lines of all apps as they arrive, until all logs have ended or the signal fires.
 * @returns the apps that are not deployed.
 */
export async function followLogs(
  strategy: CanLogs,
  targets: readonly NamedApp[],
  options: LogsOptions,
  write: WriteEntry,
): Promise<NamedApp[]> {
  const results = await Promise.all(
    targets.map(async (target) => {
      try {
        for await (const entry of strategy.logs(target.service, options)) await write(target, entry);
        return undefined;
      } catch (error) {
        if (isInterrupt(error, options.signal)) return undefined;
        if (DeploymentError.isInstance(error, "NOT_FOUND")) return target;
        throw error;
      }
    }),
  );
  return results.filter((target) => target !== undefined);
}

interface Head {
  target: NamedApp;
  rest: AsyncIterator<LogEntry>;
  entry: LogEntry;
}

/**
 * Writes the existing lines of all apps in the order of their timestamps. Holds one line of each app in memory.
 * @returns the apps that are not deployed.
 */
export async function readLogs(
  strategy: CanLogs,
  targets: readonly NamedApp[],
  options: LogsOptions,
  write: WriteEntry,
): Promise<NamedApp[]> {
  const missing: NamedApp[] = [];
  try {
    const opened = await Promise.all(targets.map((target) => open(strategy, target, options, missing)));
    let heads = opened.filter((head) => head !== undefined);
    while (heads.length > 0) {
      const first = heads.reduce((earliest, head) =>
        head.entry.timestamp < earliest.entry.timestamp ? head : earliest,
      );
      await write(first.target, first.entry);
      const next = await first.rest.next();
      if (next.done) heads = heads.filter((head) => head !== first);
      else first.entry = next.value;
    }
  } catch (error) {
    if (!isInterrupt(error, options.signal)) throw error;
  }
  return missing;
}

async function open(
  strategy: CanLogs,
  target: NamedApp,
  options: LogsOptions,
  missing: NamedApp[],
): Promise<Head | undefined> {
  try {
    const rest = strategy.logs(target.service, options)[Symbol.asyncIterator]();
    const first = await rest.next();
    return first.done ? undefined : { target, rest, entry: first.value };
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
    missing.push(target);
    return undefined;
  }
}
