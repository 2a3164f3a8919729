import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { leases } from "./leases.js";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "openfactory-leases-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("each use counts until it ends", () => {
  const users = leases(folder);
  const ends = [users.take(), users.take()];
  expect(users.count()).toBe(2);
  ends.forEach((end) => end());
  expect(users.count()).toBe(0);
});

test("uses count by themselves where one process has loaded the module twice", async () => {
  const load = async () => {
    vi.resetModules();
    return (await import("./leases.js")).leases(folder);
  };
  const [one, other] = [await load(), await load()];
  const [end, endOther] = [one.take(), other.take()];
  end();
  expect(one.count()).toBe(1);
  endOther();
  expect(one.count()).toBe(0);
});

test("the use of a process that is gone is forgotten", () => {
  writeFileSync(join(folder, `${process.pid}-9`), JSON.stringify({ pid: process.pid, started: "0" }));
  expect(leases(folder).count()).toBe(0);
});

test("a held use lasts until it is dropped", () => {
  const users = leases(folder);
  users.hold("a");
  users.hold("b");
  expect(users.count()).toBe(2);
  users.dropHeld("a");
  expect(users.count()).toBe(1);
  users.dropHeld();
  expect(users.count()).toBe(0);
});
