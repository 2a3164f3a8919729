import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, networkInterfaces, userInfo } from "node:os";
import {
  DeploymentError,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import type { Observer } from "../model/events.js";
import type { ProjectWarning } from "../model/warnings.js";

/**
 * How a run takes the lock on its project, where the platform has locks. A run that changes nothing takes none; of two
 * that do, the later one ends with `CONFLICT`.
 */
export interface LockOptions {
  /** Take the lock away from whoever holds it. Default false: only from a process of this machine that is gone. */
  forceUnlock?: boolean;
  /** What the holder does, for those who find the lock taken, e.g. `ofdeploy up`. Default `up`, `down`, ... */
  purpose?: string;
}

/** Letting go of the lock is not given the run's signal, which may have fired. */
const UNLOCK_TIMEOUT_MS = 30_000;

interface WithLockOptions extends LockOptions {
  signal?: AbortSignal;
  observer?: Observer;
  purpose: string;
  warn: (warning: ProjectWarning) => void;
}

/**
 * Does its work while this process holds the project's lock; without a lock where the platform has none.
 * @throws DeploymentError `CONFLICT` if somebody else holds it.
 */
export async function withLock<Result>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  project: string,
  options: WithLockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!supports(strategy, "lock")) return work();
  const { observer, signal, warn } = options;
  const holder = newHolder(options.purpose);
  const release = (): Promise<void> =>
    strategy.unlock(project, holder.id, { signal: AbortSignal.timeout(UNLOCK_TIMEOUT_MS) });
  const take = async (): Promise<LockHolder | undefined> => {
    try {
      return await strategy.lock(project, holder, { signal });
    } catch (error) {
      // It may be ours though its answer never came.
      await release().catch(() => {});
      throw error;
    }
  };

  let other = await take();
  if (other !== undefined && (options.forceUnlock || isGone(other))) {
    await strategy.unlock(project, other.id, { signal });
    observer?.({ type: "lock", lock: { state: "taken-over", holder: other } });
    warn(takenOver(project, other));
    other = await take();
  }
  if (other !== undefined) throw isTaken(project, other, strategy);
  observer?.({ type: "lock", lock: { state: "taken", holder } });
  try {
    return await work();
  } finally {
    await release().then(
      () => observer?.({ type: "lock", lock: { state: "released", holder } }),
      (error: unknown) => warn(notReleased(project, error)),
    );
  }
}

/** Hardly any run takes so long. */
const STALE_MS = 3_600_000;

function isTaken(
  project: string,
  { owner, since }: LockHolder,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError {
  const isStale = Date.now() - Date.parse(since) > STALE_MS;
  return new DeploymentError(
    "CONFLICT",
    `The project ${project} is being changed by ${owner}, since ${since} (${age(since)}).`,
    {
      strategy: manifest.name,
      hint: isStale
        ? "That run was probably killed: if its process is gone, take the lock away with `--force-unlock`."
        : "Wait until that run has ended; if its process is gone, take the lock away with `--force-unlock`.",
    },
  );
}

const takenOver = (project: string, { owner, since }: LockHolder): ProjectWarning => ({
  code: "LOCK_TAKEN_OVER",
  reason: `The lock on the project ${project} was taken away from ${owner}, who took it ${age(since)}.`,
});

const notReleased = (project: string, error: unknown): ProjectWarning => ({
  code: "LOCK_NOT_RELEASED",
  reason:
    `The lock on the project ${project} could not be let go (${error instanceof Error ? error.message.replace(/\.$/, "") : "no reason given"}); ` +
    "where the next run does not take it over by itself, `--force-unlock` does.",
});

function age(since: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  if (Number.isNaN(seconds)) return "nobody knows when";
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

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

/** Where a process runs, as far as it takes to know it again. Empty: the system does not tell. */
interface Machine {
  host: string;
  /** A shortHash: the machine's id itself is nobody's business. */
  machine: string;
  /** Other after each start of the machine. */
  boot: string;
  /** Process ids mean something within one only. */
  pidSpace: string;
}

export const thisMachine = (): Machine => ({
  host: hostname(),
  machine: shortHash(told(() => readFileSync("/etc/machine-id", "utf8")) || hardwareAddresses()),
  boot: told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
  pidSpace: told(() => readlinkSync("/proc/self/ns/pid")),
});

/** When a process of this machine was started; empty: it isn't there, or the system does not tell. */
export const startOf = (pid: number): string =>
  // The name of its program, in brackets, may hold anything.
  told(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[19] ?? "");

/** Whether a process of this machine is there. */
function isThere(pid: number): boolean {
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

const told = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};
