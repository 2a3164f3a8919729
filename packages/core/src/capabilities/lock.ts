import type { OperationOptions } from "../strategy/options.js";

/** Who holds a lock. Never holds a secret: it is kept as labels on the engine. */
export interface LockHolder {
  /** Unique per holder, so that nobody lets go of another's lock. */
  id: string;
  /** For people: `ada@bench-pc (ofdeploy up, pid 4711)`. */
  owner: string;
  /** ISO 8601: when it was taken. */
  since: string;
}

/** Locks that all users of one engine (or swarm) see: kept there, as a resource that carries labels and costs nothing. */
export interface CanLock {
  /**
   * Takes the lock, which nobody must hold; of several who try at once, one gets it.
   * @returns undefined, or, where it is taken already, its holder.
   */
  lock(name: string, holder: LockHolder, options?: OperationOptions): Promise<LockHolder | undefined>;
  /** Lets go of it, if it is held by the holder of that id. Content if it isn't held. */
  unlock(name: string, holderId: string, options?: OperationOptions): Promise<void>;
}
