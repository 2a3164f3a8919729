import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { LockHolder } from "@openfactory/deploy-core";
import { isThere, type Machine, startOf, thisMachine } from "./this-machine.js";

/** A process, so that one that finds its lock can tell whether it is gone. */
interface HoldingProcess extends Machine {
  pid: string;
  started: string;
}

const PARTS = [
  "host",
  "machine",
  "boot",
  "pidSpace",
  "pid",
  "started",
] as const satisfies readonly (keyof HoldingProcess)[];

/** The first space for process ids of every Linux kernel (`PROC_PID_INIT_INO`). */
const OUTSIDE_CONTAINERS = "pid:[4026531836]";

/** This process as the holder of a lock. Its id says where it runs. */
export function newHolder(purpose: string): LockHolder {
  const { pid } = process;
  const holding: HoldingProcess = { ...thisMachine(), pid: String(pid), started: startOf(pid) };
  return {
    id: [...PARTS.map((part) => encodeURIComponent(holding[part])), randomUUID()].join("/"),
    owner: `${userName()}@${holding.host} (${purpose}, pid ${pid})`,
    since: new Date().toISOString(),
  };
}

/**
 * Whether the holder is a process of this machine that is no more, killed before it could let go of its lock. Of one on
 * another machine nobody here can tell.
 */
export function isGone({ id }: LockHolder): boolean {
  const values = id.split("/");
  if (values.length !== PARTS.length + 1) return false;
  const [host, machine, boot, pidSpace, pid, started] = values.map(decodeURIComponent);
  const here = thisMachine();
  if (host !== here.host || machine !== here.machine || pidSpace !== here.pidSpace) return false;
  // Started anew since then. Containers on two machines may look like one that was.
  if (boot !== here.boot) return boot !== "" && here.boot !== "" && pidSpace === OUTSIDE_CONTAINERS;
  return !isThere(Number(pid)) || (started !== "" && started !== startOf(Number(pid)));
}

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in many containers.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
};
