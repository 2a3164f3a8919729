import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.js";
import { identify } from "./process-identity.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openfactory-lock-"));
  path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("one piece of work runs at a time", async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    events.push(`${name} ends`);
  };
  await Promise.all([withLock(path, work("a")), withLock(path, work("b"))]);
  expect(events).toHaveLength(4);
  expect(events[0]!.split(" ")[0]).toBe(events[1]!.split(" ")[0]);
  expect(existsSync(path)).toBe(false);
});

test("a lock whose holder is gone is taken over", async () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: "0" }));
  await expect(withLock(path, async () => "done", 0)).resolves.toBe("done");
});

test("a lock that is held for too long is an error that names the file", async () => {
  writeFileSync(path, JSON.stringify(identify(process.pid)));
  await expect(withLock(path, async () => "done", 0)).rejects.toThrow(path);
});

test("work that fails gives the lock back", async () => {
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});
