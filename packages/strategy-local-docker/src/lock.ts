import { createHash, randomUUID } from "node:crypto";
import { DeploymentError, type LockHolder, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, VolumeDetails } from "@openfactory/docker-engine";

/** The lock's name, as a label of the volume that is the lock. */
export const LOCK_LABEL = "org.openfactory.deploy.lock";
const HOLDER_LABEL = `${LOCK_LABEL}.holder`;
const OWNER_LABEL = `${LOCK_LABEL}.owner`;
const SINCE_LABEL = `${LOCK_LABEL}.since`;
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
  if (lock.Labels?.[ATTEMPT_LABEL] !== attempt) return holderOf(lock);
  try {
    throwIfAborted(signal);
    return undefined;
  } catch (aborted) {
    await releaseLock(engine, name, holder.id, {});
    throw aborted;
  }
}

/** Releases a lock. No-op if that holder does not hold it. */
export async function releaseLock(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<void> {
  try {
    const lock = await engine.volumes.inspect(volumeName(name), { signal: options.signal });
    if (holderOf(lock).id === holderId) await engine.volumes.remove(lock.Name, { signal: options.signal });
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
}

async function createLock(
  engine: DockerEngine,
  name: string,
  { id, owner, since }: LockHolder,
  attempt: string,
): Promise<VolumeDetails> {
  const Labels = {
    [LOCK_LABEL]: name,
    [HOLDER_LABEL]: id,
    [OWNER_LABEL]: owner,
    [SINCE_LABEL]: since,
    [ATTEMPT_LABEL]: attempt,
  };
  try {
    // Without the signal: the result must be known.
    return await engine.volumes.create({ Name: volumeName(name), Driver: "local", Labels });
  } catch (error) {
    return (await findUnanswered(engine, name, attempt, error)) ?? Promise.reject(error);
  }
}

/** After a lost answer, the engine may have created the volume. */
async function findUnanswered(
  engine: DockerEngine,
  name: string,
  attempt: string,
  error: unknown,
): Promise<VolumeDetails | undefined> {
  if (!DeploymentError.isInstance(error, "TIMEOUT") && !DeploymentError.isInstance(error, "ENGINE_UNREACHABLE"))
    return undefined;
  try {
    const lock = await engine.volumes.inspect(volumeName(name));
    return lock.Labels?.[ATTEMPT_LABEL] === attempt ? lock : undefined;
  } catch {
    // The engine still does not answer: the caller throws the first error, which says so.
    return undefined;
  }
}

/** A lock may have any name. The name of a volume allows few characters. */
const volumeName = (lock: string): string =>
  `openfactory-lock-${createHash("sha256").update(lock).digest("hex").slice(0, 32)}`;

const holderOf = ({ Labels }: VolumeDetails): LockHolder => ({
  id: Labels?.[HOLDER_LABEL] ?? "",
  owner: Labels?.[OWNER_LABEL] ?? "another process",
  since: Labels?.[SINCE_LABEL] ?? "",
});
