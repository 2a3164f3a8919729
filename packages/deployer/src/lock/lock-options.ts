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
