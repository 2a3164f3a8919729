import {
  DeploymentError,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import type { Observer } from "../events.js";
import type { ProjectWarning } from "../project-warning.js";
import { isGone, newHolder } from "./holder.js";
import type { LockOptions } from "./lock-options.js";

/** Letting go of the lock is not given the run's signal, which may have fired. */
const UNLOCK_TIMEOUT_MS = 30_000;

export interface WithLockOptions extends LockOptions {
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
