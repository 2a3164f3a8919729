import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { identify, leases, withLock } from "./locks.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openfactory-locks-"));
  path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("withLock", () => {
  test("runs one task at a time", async () => {
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

  test("takes over the lock of an ended process", async () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: "0" }));
    await expect(withLock(path, async () => "done", 0)).resolves.toBe("done");
  });

  test("rejects with the file name if the lock is held too long", async () => {
    writeFileSync(path, JSON.stringify(identify(process.pid)));
    await expect(withLock(path, async () => "done", 0)).rejects.toThrow(path);
  });

  test("releases the lock if the task fails", async () => {
    await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });
});

describe("leases", () => {
  test("count each use until it ends", () => {
    const users = leases(folder);
    const ends = [users.take(), users.take()];
    expect(users.count()).toBe(2);
    ends.forEach((end) => end());
    expect(users.count()).toBe(0);
  });

  test("count uses separately if one process loads the module twice", async () => {
    const load = async () => {
      vi.resetModules();
      return (await import("./locks.js")).leases(folder);
    };
    const [one, other] = [await load(), await load()];
    const [end, endOther] = [one.take(), other.take()];
    end();
    expect(one.count()).toBe(1);
    endOther();
    expect(one.count()).toBe(0);
  });

  test("don't count uses of ended processes", () => {
    writeFileSync(join(folder, `${process.pid}-9`), JSON.stringify({ pid: process.pid, started: "0" }));
    expect(leases(folder).count()).toBe(0);
  });

  test("count a held use until it is dropped", () => {
    const users = leases(folder);
    users.hold("a");
    users.hold("b");
    expect(users.count()).toBe(2);
    users.dropHeld("a");
    expect(users.count()).toBe(1);
    users.dropHeld();
    expect(users.count()).toBe(0);
  });
});
