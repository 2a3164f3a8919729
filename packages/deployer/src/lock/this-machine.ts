import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";

/** Where a process runs, as far as it takes to know it again. Empty: the system does not tell. */
export interface Machine {
  host: string;
  /** A hash: the machine's id itself is nobody's business. */
  machine: string;
  /** Other after each start of the machine. */
  boot: string;
  /** Process ids mean something within one only. */
  pidSpace: string;
}

export const thisMachine = (): Machine => ({
  host: hostname(),
  machine: hash(told(() => readFileSync("/etc/machine-id", "utf8")) || hardwareAddresses()),
  boot: told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
  pidSpace: told(() => readlinkSync("/proc/self/ns/pid")),
});

/** When a process of this machine was started; empty: it isn't there, or the system does not tell. */
export const startOf = (pid: number): string =>
  // The name of its program, in brackets, may hold anything.
  told(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[19] ?? "");

/** Whether a process of this machine is there. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

const hardwareAddresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ mac }) => mac)
    .sort()
    .join(" ");

const hash = (text: string): string =>
  createHash("sha256").update(`openfactory-deploy ${text}`).digest("hex").slice(0, 12);

const told = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};
