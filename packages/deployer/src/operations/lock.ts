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
 * How a run acquires the lock of its project, if the platform supports locks. A run without changes acquires none. If two
 * runs change a project, the later one fails with `CONFLICT`.
 */
export interface LockOptions {
  /** Release the lock of another run, whoever holds it. Default false: only if its process was on this machine and is gone. */
  forceUnlock?: boolean;
  /** The holder's operation, for the error message of other runs, e.g. `ofdeploy up`. Default `up`, `down`, ... */
  purpose?: string;
}

/** The release has a limit of its own, because the run's signal may have fired. */
const UNLOCK_TIMEOUT_MS = 30_000;

interface WithLockOptions extends LockOptions {
  signal?: AbortSignal;
  observer?: Observer;
  purpose: string;
  warn: (warning: ProjectWarning) => void;
}

/**
 * Calls `work` while this process holds the project's lock. If the platform has no locks, calls it without one.
 * @throws DeploymentError `CONFLICT` if another process holds the lock.
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
  const acquire = async (): Promise<LockHolder | undefined> => {
    try {
      return await strategy.lock(project, holder, { signal });
    } catch (error) {
      // The lock may have been acquired although the answer never arrived.
      await release().catch(() => {});
      throw error;
    }
  };

  let other = await acquire();
  if (other !== undefined && (options.forceUnlock || isHolderGone(other))) {
    await strategy.unlock(project, other.id, { signal });
    observer?.({ type: "lock", lock: { state: "taken-over", holder: other } });
    warn(takenOverWarning(project, other));
    other = await acquire();
  }
  if (other !== undefined) throw lockedError(project, other, strategy);
  observer?.({ type: "lock", lock: { state: "taken", holder } });
  try {
    return await work();
  } finally {
    await release().then(
      () => observer?.({ type: "lock", lock: { state: "released", holder } }),
      (error: unknown) => warn(notReleasedWarning(project, error)),
    );
  }
}

/** Longer than almost any run. */
const STALE_MS = 3_600_000;

function lockedError(
  project: string,
  { owner, since }: LockHolder,
  { manifest }: OpenFactoryServiceDeploymentStrategy,
): DeploymentError {
  const isStale = Date.now() - Date.parse(since) > STALE_MS;
  return new DeploymentError(
    "CONFLICT",
    `The project ${project} has been locked by ${owner} since ${since} (${age(since)}).`,
    {
      strategy: manifest.name,
      hint: isStale
        ? "That run was probably killed. If its process is gone, pass --force-unlock to take the lock."
        : "Wait until that run has finished. If its process is gone, pass --force-unlock to take the lock.",
    },
  );
}

const takenOverWarning = (project: string, { owner, since }: LockHolder): ProjectWarning => ({
  code: "LOCK_TAKEN_OVER",
  reason: `The lock of the project ${project} was forcibly released (held by ${owner}, acquired ${age(since)}).`,
});

const notReleasedWarning = (project: string, error: unknown): ProjectWarning => ({
  code: "LOCK_NOT_RELEASED",
  reason:
    `The lock of the project ${project} could not be released (${error instanceof Error ? error.message.replace(/\.$/, "") : "unknown error"}). ` +
    "If the next run reports that the project is locked, pass --force-unlock.",
});

function age(since: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  if (Number.isNaN(seconds)) return "at an unknown time";
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

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

export const thisMachine = (): Machine => ({
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
