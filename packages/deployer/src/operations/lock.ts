import {
  DeploymentError,
  type ErrorCode,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
  sleep,
  supports,
} from "@openfactory/deploy-core";
import type { Observer } from "../model/events.js";
import type { ProjectWarning } from "../model/warnings.js";
import { isHolderGone, newHolder } from "./lock-holder.js";
import { whileHeld } from "./while-held.js";

/**
 * How a run acquires the lock of its project, if the platform supports locks. A run without changes acquires none. If two
 * runs change a project, the later one fails with `CONFLICT`.
 */
export interface LockOptions {
  /**
   * Release the lock of another run, whoever holds it, also in a run without changes. The report says what was released. The
   * other run makes no further change once it notices. Default false: only if its process was on this machine and is gone.
   */
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
 * @param work receives a strategy whose changes are rejected with `CONFLICT` once another run has released the lock by force:
 * see {@link whileHeld}.
 * @throws DeploymentError `CONFLICT` if another process holds the lock.
 */
export async function withLock<Strategy extends OpenFactoryServiceDeploymentStrategy, Result>(
  strategy: Strategy,
  project: string,
  options: WithLockOptions,
  work: (strategy: Strategy) => Promise<Result>,
): Promise<Result> {
  if (!supports(strategy, "lock")) {
    if (options.forceUnlock) options.warn(noLocksWarning(strategy.manifest.name));
    return work(strategy);
  }
  const { observer, signal, warn } = options;
  const holder = newHolder(options.purpose);
  const unlock = (): Promise<void> =>
    strategy.unlock(project, holder.id, { signal: AbortSignal.timeout(UNLOCK_TIMEOUT_MS) });
  const release = (): Promise<void> => releaseWithRetries(unlock);
  const acquire = async (): Promise<LockHolder | undefined> => {
    try {
      return await strategy.lock(project, holder, { signal });
    } catch (error) {
      // The lock may have been acquired although the answer never arrived.
      await release().catch((failure: unknown) => warn(notReleasedWarning(project, failure)));
      throw error;
    }
  };

  let other = await acquire();
  if (other !== undefined && (options.forceUnlock || isHolderGone(other))) {
    await strategy.unlock(project, other.id, { signal });
    observer?.({ type: "lock", lock: { state: "taken-over", holder: other } });
    warn(takenOverWarning(project, other));
    other = await acquire();
  } else if (options.forceUnlock) warn(notLockedWarning(project));
  if (other !== undefined) throw lockedError(project, other, strategy);
  observer?.({ type: "lock", lock: { state: "taken", holder } });
  try {
    return await work(whileHeld(strategy, project, holder));
  } finally {
    await release().then(
      () => observer?.({ type: "lock", lock: { state: "released", holder } }),
      (error: unknown) => warn(notReleasedWarning(project, error)),
    );
  }
}

/** Delays before the second and the third attempt, in milliseconds. */
const RELEASE_DELAYS_MS = [200, 1_000] as const;

/** Not `TIMEOUT`: an engine that hangs would take the time limit of each attempt. */
const SHORT_FAILURES: ReadonlySet<ErrorCode> = new Set([
  "ENGINE_UNREACHABLE",
  "ENGINE_ERROR",
  "NOT_A_SWARM_MANAGER",
  "CONFLICT",
]);

/** A lock that is left behind blocks runs on other machines, so its release survives a short failure of the engine. */
async function releaseWithRetries(unlock: () => Promise<void>): Promise<void> {
  for (const delayMs of RELEASE_DELAYS_MS) {
    try {
      return await unlock();
    } catch (error) {
      if (!DeploymentError.isInstance(error) || !SHORT_FAILURES.has(error.code)) throw error;
    }
    await sleep(delayMs);
  }
  await unlock();
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

const notLockedWarning = (project: string): ProjectWarning => ({
  code: "LOCK_NOT_HELD",
  reason: `The project ${project} was not locked, so --force-unlock released nothing.`,
});

const noLocksWarning = (platform: string): ProjectWarning => ({
  code: "LOCK_NOT_HELD",
  reason: `The platform ${platform} has no locks, so --force-unlock released nothing.`,
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
