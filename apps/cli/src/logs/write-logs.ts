import type { LogEntry } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import type { NamedApp } from "../wiring/choose-apps.js";
import type { WriteEntry } from "./read-logs.js";

const COLOURS = ["cyan", "yellow", "green", "magenta", "blue", "cyanBright", "yellowBright", "greenBright"] as const;

/** Writes lines with their app's name before them, no faster than they are read. */
export function logWriter(
  targets: readonly NamedApp[],
  { json }: { json?: boolean },
  io: Io,
): { entry: WriteEntry; closed: AbortSignal } {
  const style = styleFor(io.stdout, io);
  const width = Math.max(...targets.map(({ key }) => key.length), 0);
  const prefixes = new Map(
    targets.map(({ key }, index) => [key, style(COLOURS[index % COLOURS.length] ?? "cyan", `${key.padEnd(width)} |`)]),
  );
  const closing = new AbortController();

  const write = (target: NamedApp, entry: LogEntry): void => {
    if (json) writeJson(io.stdout, "log", { app: target.key, ...entry });
    else io.stdout.write(`${prefixes.get(target.key) ?? target.key} ${entry.line}\n`);
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
