import { createInterface } from "node:readline";
import { DeploymentError, type LogEntry, type LogsOptions, throwIfAborted } from "@openfactory/deploy-core";
import { journalCommand, LineAssembler } from "./journal.js";
import type { Host } from "./node/host.js";

const CHECK_MS = 1000;
/** How long the journal may take to show the last lines of a removed service. */
const DRAIN_MS = 500;

/**
 * The lines of a service from the journal.
 * @param created when the service was deployed, in microseconds since 1970
 * @param exists whether the service still exists, for the end of a followed log
 */
export async function* readLogs(
  host: Host,
  name: string,
  created: number,
  exists: () => Promise<boolean>,
  { follow = false, tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  const from = Math.max(created, since === undefined ? 0 : since.getTime() * 1000);
  const assembler = new LineAssembler(name, from);
  if (!follow)
    return yield* lastOf(await collect(stream(host, journalCommand(name, from, false), assembler, signal)), tail);

  const earlier =
    tail === undefined ? undefined : await collect(stream(host, journalCommand(name, from, false), assembler, signal));
  if (earlier !== undefined) yield* lastOf(earlier, tail);
  let skip = earlier?.length ?? 0;
  const ended = new AbortController();
  const watching = watch(exists, ended);
  try {
    const signals = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
    for await (const entry of stream(host, journalCommand(name, from, true), new LineAssembler(name, from), signals)) {
      if (skip > 0) skip -= 1;
      else yield entry;
    }
  } catch (error) {
    throwIfAborted(signal);
    if (!ended.signal.aborted) throw error;
  } finally {
    ended.abort();
    await watching;
  }
  throwIfAborted(signal);
}

const collect = async (entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> => {
  const all: LogEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};

const lastOf = (entries: readonly LogEntry[], tail: number | undefined): readonly LogEntry[] =>
  tail === undefined ? entries : tail === 0 ? [] : entries.slice(-tail);

/** Aborts `ended` when the service no longer exists, and the journal can have shown its last lines. */
async function watch(exists: () => Promise<boolean>, ended: AbortController): Promise<void> {
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      ended.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  while (!ended.signal.aborted) {
    await pause(CHECK_MS);
    if (!ended.signal.aborted && !(await exists())) {
      await pause(DRAIN_MS);
      ended.abort();
    }
  }
}

/** The lines of a command's output, until it ends or the signal fires. */
async function* stream(
  host: Host,
  words: readonly string[],
  assembler: LineAssembler,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogEntry> {
  throwIfAborted(signal);
  const command = host.start(words);
  const kill = () => command.kill();
  signal?.addEventListener("abort", kill, { once: true });
  let message = "";
  command.stderr.on("data", (part) => (message += String(part)));
  try {
    for await (const json of createInterface({ input: command.stdout, crlfDelay: Infinity })) {
      const entry = json === "" ? undefined : assembler.add(json);
      if (entry !== undefined) yield entry;
    }
    const code = await command.ended;
    if (code !== 0 && !signal?.aborted) {
      throw new DeploymentError("ENGINE_ERROR", `journalctl failed on ${host.name}: ${message.trim()}`, {
        hint: "Check whether systemd-journald runs on the machine.",
      });
    }
  } finally {
    signal?.removeEventListener("abort", kill);
    command.kill();
  }
  throwIfAborted(signal);
}
