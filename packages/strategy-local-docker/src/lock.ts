import { randomUUID } from "node:crypto";
import { type LockHolder, type OperationOptions, throwIfAborted, undoIfAborted } from "@openfactory/deploy-core";
import {
  type DockerEngine,
  ifExists,
  ifUnanswered,
  LOCK_LABEL,
  lockHolder,
  lockLabels,
  lockObjectName,
  type VolumeDetails,
} from "@openfactory/docker-engine";

/** Distinguishes attempts, also of the same holder. */
const ATTEMPT_LABEL = `${LOCK_LABEL}.try`;

/**
 * Acquires a lock, which is an empty volume. The engine creates volumes of one name in sequence, and answers later requests
 * with the existing volume and its labels (seen on 20.10, 26.1 and 28.5, with 20 requests at once), so that the answer shows
 * who holds the lock.
 * @returns undefined if the lock was acquired, else its holder.
 * @throws DeploymentError `ABORTED`; the lock is then not held.
 */
export async function acquireLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  throwIfAborted(signal);
  const attempt = randomUUID();
  const lock = await createLock(engine, name, holder, attempt);
  if (lock.Labels?.[ATTEMPT_LABEL] !== attempt) return lockHolder(lock.Labels);
  await undoIfAborted(signal, () => releaseLock(engine, name, holder.id, {}));
  return undefined;
}

/** Releases a lock. No-op if that holder does not hold it. */
export async function releaseLock(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<void> {
  const { signal } = options;
  const lock = await ifExists(engine.volumes.inspect(lockObjectName(name), { signal }));
  if (lock === undefined || lockHolder(lock.Labels).id !== holderId) return;
  await ifExists(engine.volumes.remove(lock.Name, { signal }));
}

async function createLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  attempt: string,
): Promise<VolumeDetails> {
  const Name = lockObjectName(name);
  const Labels = { ...lockLabels(name, holder), [ATTEMPT_LABEL]: attempt };
  try {
    // Without the signal: the result must be known.
    return await engine.volumes.create({ Name, Driver: "local", Labels });
  } catch (error) {
    const found = await ifUnanswered(error, () => engine.volumes.inspect(Name));
    if (found?.Labels?.[ATTEMPT_LABEL] === attempt) return found;
    throw error;
  }
}
