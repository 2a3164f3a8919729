import type { Wait } from "@openfactory/deploy-core";
import { beforeEach, expect, test } from "vitest";
import { WaitLog } from "./wait-log.js";

const wait = (action: string, level: Wait["level"]): Wait => ({ subject: "the engine", action, level });
const find = (log: WaitLog, isOperationShown = false): string | undefined =>
  log.find(3_000, isOperationShown)?.wait.action;

let time = 0;
let log: WaitLog;
beforeEach(() => {
  time = 0;
  log = new WaitLog(() => time);
});

test("find() returns a wait once it has lasted for the given time, and not after its end", () => {
  const call = wait("list services", "call");
  log.note(call, false);
  time = 2_999;
  expect(find(log)).toBeUndefined();
  time = 3_000;
  expect(log.find(3_000, false)).toEqual({ wait: call, since: 0, others: 0 });
  log.note(call, true);
  expect(find(log)).toBeUndefined();
  expect(log.isEmpty).toBe(true);
});

test("find() prefers the most specific level that lasts long", () => {
  log.note(wait("read the files", "command"), false);
  log.note(wait("deploy service web", "operation"), false);
  time = 3_000;
  log.note(wait("create container web", "call"), false);
  expect(find(log)).toBe("deploy service web");
  time = 6_000;
  expect(find(log)).toBe("create container web");
  log.note(wait("accept a connection", "connection"), false);
  time = 9_000;
  expect(find(log)).toBe("accept a connection");
});

test("find() returns the oldest of several waits, and the number of the others", () => {
  for (const action of ["inspect a", "inspect b", "inspect c"]) log.note(wait(action, "call"), false);
  time = 3_000;
  log.note(wait("inspect d", "call"), false);
  expect(log.find(3_000, false)).toMatchObject({ wait: { action: "inspect a" }, others: 2 });
});

test("find() leaves out operations that the progress of apps shows", () => {
  log.note(wait("deploy service web", "operation"), false);
  time = 3_000;
  expect(find(log, true)).toBeUndefined();
  expect(find(log, false)).toBe("deploy service web");
});
