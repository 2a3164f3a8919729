import { DeploymentError, type LockHolder, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, VolumeDetails } from "@openfactory/docker-engine";
import { createHash, randomUUID } from "node:crypto";

/** On the volume that is a lock: the lock's name. */
export const LOCK_LABEL = "org.openfactory.deploy.lock";
const HOLDER_LABEL = `${LOCK_LABEL}.holder`;
const OWNER_LABEL = `${LOCK_LABEL}.owner`;
const SINCE_LABEL = `${LOCK_LABEL}.since`;
/** Tells one try from another, of the same holder too. */
const TRY_LABEL = `${LOCK_LABEL}.try`;

/**
 * Takes a lock, which is an empty volume. The engine makes volumes of one name one after the other, and answers whoever
 * comes later with the one that is there, labels and all (seen on 20.10, 26.1 and 28.5, with 20 at once): so the answer
 * says whose it is.
 * @returns undefined, or, where it is taken, its holder.
 * @throws DeploymentError `ABORTED`, the lock not taken.
 */
export async function takeLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  throwIfAborted(signal);
  const attempt = randomUUID();
  const lock = await make(engine, name, holder, attempt);
  if (lock.Labels?.[TRY_LABEL] !== attempt) return holderOf(lock);
  try {
    throwIfAborted(signal);
    return undefined;
  } catch (aborted) {
    await releaseLock(engine, name, holder.id, {});
    throw aborted;
  }
}

/** Lets go of a lock, if it is that holder's. Content if it is not held. */
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

async function make(
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
    [TRY_LABEL]: attempt,
  };
  try {
    // Not given the signal: what came of it has to be known.
    return await engine.volumes.create({ Name: volumeName(name), Driver: "local", Labels });
  } catch (error) {
    return (await madeUnanswered(engine, name, attempt, error)) ?? Promise.reject(error);
  }
}

/** The engine may have made it though its answer never came. */
async function madeUnanswered(
  engine: DockerEngine,
  name: string,
  attempt: string,
  error: unknown,
): Promise<VolumeDetails | undefined> {
  if (!DeploymentError.isInstance(error, "TIMEOUT") && !DeploymentError.isInstance(error, "ENGINE_UNREACHABLE"))
    return undefined;
  try {
    const lock = await engine.volumes.inspect(volumeName(name));
    return lock.Labels?.[TRY_LABEL] === attempt ? lock : undefined;
  } catch {
    // The engine still does not answer: the first error says so, and is thrown.
    return undefined;
  }
}

/** A volume's name has few kinds of characters; a lock's name may be anything. */
const volumeName = (lock: string): string =>
  `openfactory-lock-${createHash("sha256").update(lock).digest("hex").slice(0, 32)}`;

const holderOf = ({ Labels }: VolumeDetails): LockHolder => ({
  id: Labels?.[HOLDER_LABEL] ?? "",
  owner: Labels?.[OWNER_LABEL] ?? "somebody else",
  since: Labels?.[SINCE_LABEL] ?? "",
});
