import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.js";
import { TestEngineError } from "./test-engine-error.js";

/**
 * Runs `work` while no other process holds the lock file `path`. A lock whose holder has died is taken over.
 * @param patience how long to wait for another holder, in milliseconds; default 15 minutes (it may be building an image)
 * @throws TestEngineError when another process holds it longer than that
 */
export async function withLock<T>(path: string, work: () => Promise<T>, patience = 900_000): Promise<T> {
  const deadline = Date.now() + patience;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder === "unreadable") await sleep(50);
    if (holder !== undefined && !isHeld(path)) rmSync(path, { force: true });
    else if (Date.now() > deadline) {
      throw new TestEngineError(`Another process holds ${path}: wait for it to end, or remove the file.`);
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

function isHeld(path: string): boolean {
  const holder = readHolder(path);
  return typeof holder === "object" && isAlive(holder);
}

/** Unreadable is a lock in the moment between its making and its writing. */
function readHolder(path: string): ProcessIdentity | "unreadable" | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "unreadable";
  }
}
