import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isHolderGone, newHolder, processStartTime, thisMachine } from "./lock-holder.js";

/** The holder that a process of this machine would be, with some fields replaced. */
const holderOf = (pid: number, other: Partial<ReturnType<typeof thisMachine> & { started: string }> = {}) => {
  const { host, machine, boot, pidSpace, started } = { ...thisMachine(), started: processStartTime(pid), ...other };
  const id = [host, machine, boot, pidSpace, String(pid), started].map(encodeURIComponent).join("/");
  return { id: `${id}/unique`, owner: "ada", since: new Date().toISOString() };
};

const endedProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ["-e", "0"]);
  await once(child, "exit");
  return child.pid ?? 0;
};

test("newHolder() identifies user, host and process without secrets, and is unique", () => {
  const holder = newHolder("ofdeploy up");
  expect(holder.owner).toMatch(new RegExp(`^.+@.+ \\(ofdeploy up, pid ${process.pid}\\)$`));
  expect(Date.parse(holder.since)).toBeLessThanOrEqual(Date.now());
  expect(newHolder("ofdeploy up").id).not.toBe(holder.id);
});

test("isHolderGone() is false for a running process, and true for an exited one", async () => {
  expect(isHolderGone(newHolder("up"))).toBe(false);
  expect(isHolderGone(holderOf(process.pid))).toBe(false);
  expect(isHolderGone(holderOf(await endedProcess()))).toBe(true);
});

test.runIf(process.platform === "linux")("isHolderGone() is true if another process has its process id", () => {
  expect(isHolderGone(holderOf(process.pid, { started: "1" }))).toBe(true);
});

test("isHolderGone() is false for a process of another machine or PID namespace", async () => {
  const pid = await endedProcess();
  expect(isHolderGone(holderOf(pid, { host: "elsewhere" }))).toBe(false);
  expect(isHolderGone(holderOf(pid, { machine: "another" }))).toBe(false);
  expect(isHolderGone(holderOf(pid, { pidSpace: "pid:[1]" }))).toBe(false);
  expect(isHolderGone({ id: "made by another tool", owner: "x", since: "" })).toBe(false);
});

test("isHolderGone() is true after a restart of the machine, except in a container", () => {
  const isOutside = thisMachine().pidSpace === "pid:[4026531836]";
  expect(isHolderGone(holderOf(process.pid, { boot: "before" }))).toBe(isOutside);
  expect(isHolderGone(holderOf(process.pid, { boot: "" }))).toBe(false);
});
