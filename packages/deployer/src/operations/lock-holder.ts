import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces, userInfo } from "node:os";
import type { LockHolder } from "@openfactory/deploy-core";

/** Identifies a process, so that another run can determine whether it is gone. */
interface ProcessIdentity extends Machine {
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
] as const satisfies readonly (keyof ProcessIdentity)[];

/** The initial PID namespace of every Linux kernel (`PROC_PID_INIT_INO`). */
const OUTSIDE_CONTAINERS = "pid:[4026531836]";

/** This process as the holder of a lock. The id identifies its machine and process. */
export function newHolder(purpose: string): LockHolder {
  const { pid } = process;
  const holding: ProcessIdentity = { ...thisMachine(), pid: String(pid), started: processStartTime(pid) };
  return {
    id: [...PARTS.map((part) => encodeURIComponent(holding[part])), randomUUID()].join("/"),
    owner: `${userName()}@${holding.host} (${purpose}, pid ${pid})`,
    since: new Date().toISOString(),
  };
}

/**
 * Whether the holder was a process of this machine that is gone, killed before it could release its lock. The liveness of a
 * process on another machine can't be checked from here.
 */
export function isHolderGone({ id }: LockHolder): boolean {
  const values = id.split("/");
  if (values.length !== PARTS.length + 1) return false;
  const [host, machine, boot, pidSpace, pid, started] = values.map(decodeURIComponent);
  const here = thisMachine();
  if (host !== here.host || machine !== here.machine || pidSpace !== here.pidSpace) return false;
  // The machine was restarted. In a container this proves nothing: containers on two machines can look the same.
  if (boot !== here.boot) return boot !== "" && here.boot !== "" && pidSpace === OUTSIDE_CONTAINERS;
  return !isProcessAlive(Number(pid)) || (started !== "" && started !== processStartTime(Number(pid)));
}

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // The user has no passwd entry, as in many containers.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
};

/** Identifies the machine of a process. A field is empty if the system does not provide it. */
interface Machine {
  host: string;
  /** A hash, so that the machine's id is not disclosed. */
  machine: string;
  /** Id of the boot: changes when the machine restarts. */
  boot: string;
  /** PID namespace: process ids are valid only within it. */
  pidSpace: string;
}

let machine: Machine | undefined;

/** Read once, since none of it changes while this process runs. */
export const thisMachine = (): Machine =>
  (machine ??= {
    host: hostname(),
    machine: shortHash(readOrEmpty(() => readFileSync("/etc/machine-id", "utf8")) || hardwareAddresses()),
    boot: readOrEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
    pidSpace: readOrEmpty(() => readlinkSync("/proc/self/ns/pid")),
  });

/** The start time of a process of this machine; empty if it is gone or the system does not provide it. */
export const processStartTime = (pid: number): string =>
  // The program's name, in brackets, may contain spaces and brackets.
  readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[19] ?? "");

/** Whether a process of this machine exists. */
function isProcessAlive(pid: number): boolean {
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

const shortHash = (text: string): string =>
  createHash("sha256").update(`openfactory-deploy ${text}`).digest("hex").slice(0, 12);

const readOrEmpty = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};
