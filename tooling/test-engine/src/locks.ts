import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TestEngineError } from "./errors-and-log.js";

/** Identifies a process, also if a later one has the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot; "" without /proc. */
  readonly started: string;
}

/** The identity of a running process. Undefined if there is none, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  if (stat) return stat.state === "Z" ? undefined : { pid, started: stat.started };
  return process.platform !== "linux" && answersSignals(pid) ? { pid, started: "" } : undefined;
}

/** Whether the same process is still running. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.started === process.started;
}

function readStat(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name is in parentheses and can contain anything; the state is the first field after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `work` with the lock file `path`. The lock of a process that has ended is taken over.
 * @param timeout how long to wait for another holder, in milliseconds; default 15 minutes, since it may build an image
 * @throws TestEngineError if another process holds the lock longer than that
 */
export async function withLock<T>(path: string, work: () => Promise<T>, timeout = 900_000): Promise<T> {
  const deadline = Date.now() + timeout;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder === "unreadable") await sleep(50);
    if (holder !== undefined && !isHolderAlive(path)) rmSync(path, { force: true });
    else if (Date.now() > deadline) {
      throw new TestEngineError(`Another process holds the lock ${path}. Wait until it ends, or remove the file.`);
    } else await sleep(100);
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function tryLock(path: string): boolean {
  try {
    const file = openSync(path, "wx");
    writeSync(file, JSON.stringify(identify(process.pid)));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isHolderAlive(path: string): boolean {
  const holder = readHolder(path);
  return typeof holder === "object" && isAlive(holder);
}

/** "unreadable": the lock was created, but not written yet. */
function readHolder(path: string): ProcessIdentity | "unreadable" | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "unreadable";
  }
}

/** The users of a resource that several processes share: a folder with one file for each use. */
export interface Leases {
  /** Records a use by this process, until the process ends or the returned function is called. */
  take(): () => void;
  /** Records a use that lasts until `dropHeld`, independent of processes. */
  hold(name: string): void;
  /** Ends the use that `hold` recorded with this name, or all such uses. */
  dropHeld(name?: string): void;
  /** Current number of uses. Uses of ended processes are removed. */
  count(): number;
}

const HELD = "held-";

/** The leases in `folder`. */
export function leases(folder: string): Leases {
  mkdirSync(folder, { recursive: true });
  const isHeld = (file: string) => file.startsWith(HELD);
  return {
    take() {
      // Not a counter: vitest loads this module once for each project in one process, so counters would collide.
      const file = join(folder, `${process.pid}-${randomUUID()}`);
      writeFileSync(file, JSON.stringify(identify(process.pid)));
      return () => rmSync(file, { force: true });
    },
    hold: (name) => writeFileSync(join(folder, HELD + name), ""),
    dropHeld(name) {
      const held = name === undefined ? readdirSync(folder).filter(isHeld) : [HELD + name];
      for (const file of held) rmSync(join(folder, file), { force: true });
    },
    count() {
      const expired = readdirSync(folder).filter((name) => !isHeld(name) && !isInUse(join(folder, name)));
      for (const name of expired) rmSync(join(folder, name), { force: true });
      return readdirSync(folder).length;
    },
  };
}

function isInUse(file: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity);
  } catch {
    // A file that is being written counts as in use, if the process in its name is running.
    return identify(Number(file.slice(file.lastIndexOf("/") + 1).split("-")[0])) !== undefined;
  }
}
