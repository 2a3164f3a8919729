import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type LockHolder,
  type OperationOptions,
  throwIfAborted,
  undoIfAborted,
} from "@openfactory/deploy-core";
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

/** How many times an attempt starts again, because another run removed its volumes by force. */
const ATTEMPTS = 5;

/** How many times the volumes are listed while another attempt, which should withdraw, is still there. */
const LISTINGS = 3;

type Volume = Pick<VolumeDetails, "Name" | "Labels">;

/**
 * Acquires a lock, which is two empty volumes.
 *
 * - The entry has a fixed name. The engine creates volumes of one name in sequence, and answers later requests with the
 *   existing volume and its labels (seen on 20.10, 26.1 and 28.5, with 20 requests at once), so that one attempt creates it.
 *   It decides quickly, but proves nothing: volumes are removed by name only, so a slow removal of an old entry can hit a
 *   newer one.
 * - The claim has a name that no other attempt ever uses, so its removal never hits another lock. An attempt holds the lock if
 *   it lists the claims after it created its own, and finds no other. Of two holders, one would have listed the other's claim.
 *
 * An entry without labels has no holder: an engine that is killed while it creates a volume may keep the volume and lose the
 * labels, and has not answered the request.
 *
 * @returns undefined if the lock was acquired, else its holder.
 * @throws DeploymentError `CONFLICT`; `ABORTED`, and the lock is then not held.
 */
export async function acquireLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  for (let count = 0; count < ATTEMPTS; count += 1) {
    throwIfAborted(signal);
    const attempt = randomUUID();
    const labels = { ...lockLabels(name, holder), [ATTEMPT_LABEL]: attempt };
    const entry = await createVolume(engine, lockObjectName(name), labels);
    if (entry.Labels?.[LOCK_LABEL] === undefined) {
      await ifExists(engine.volumes.remove(entry.Name));
      continue;
    }
    if (attemptOf(entry) !== attempt) return lockHolder(entry.Labels);
    const result = await claimLock(engine, name, attempt, labels);
    if (result === "removed") continue;
    if (result === "claimed") await undoIfAborted(signal, () => releaseLock(engine, name, holder.id, {}));
    return result === "claimed" ? undefined : lockHolder(result.Labels);
  }
  throw new DeploymentError("CONFLICT", `Could not acquire the lock ${name}: other runs release it by force.`, {
    hint: "Run the command again when no other run uses --force-unlock.",
  });
}

/**
 * Releases a lock. No-op if that holder does not hold it. Removes claims first, since an entry without a claim still keeps
 * others away.
 */
export async function releaseLock(
  engine: DockerEngine,
  name: string,
  holderId: string,
  { signal }: OperationOptions,
): Promise<void> {
  const held = (await lockVolumes(engine, name, { signal })).filter(({ Labels }) => lockHolder(Labels).id === holderId);
  const isEntry = ({ Name }: Volume): boolean => Name === lockObjectName(name);
  for (const { Name } of [...held.filter((volume) => !isEntry(volume)), ...held.filter(isEntry)]) {
    await ifExists(engine.volumes.remove(Name, { signal }));
  }
}

/** @returns the volume of the lock's holder if there is one; `removed` if another run removed this attempt's claim by force. */
async function claimLock(
  engine: DockerEngine,
  name: string,
  attempt: string,
  labels: Record<string, string>,
): Promise<"claimed" | "removed" | Volume> {
  const own = `${lockObjectName(name)}-${attempt}`;
  await createVolume(engine, own, labels);
  for (let count = 1; ; count += 1) {
    const claims = (await lockVolumes(engine, name, {})).filter(({ Name }) => Name !== lockObjectName(name));
    const others = claims.filter(({ Name }) => Name !== own);
    if (others.length === claims.length) return "removed";
    const [first] = others;
    if (first === undefined) return "claimed";
    // Of attempts that see each other, the first one by name stays until the others have withdrawn.
    if (first.Name > own && count < LISTINGS) continue;
    await ifExists(engine.volumes.remove(own));
    await removeEntry(engine, name, attempt);
    return first;
  }
}

async function removeEntry(engine: DockerEngine, name: string, attempt: string): Promise<void> {
  const entry = await ifExists(engine.volumes.inspect(lockObjectName(name)));
  if (attemptOf(entry) === attempt) await ifExists(engine.volumes.remove(lockObjectName(name)));
}

/** The entry and the claims of a lock, sorted by name. */
async function lockVolumes(engine: DockerEngine, name: string, options: OperationOptions): Promise<Volume[]> {
  const volumes = await engine.volumes.list({ label: [LOCK_LABEL] }, options);
  return volumes
    .filter(({ Labels }) => Labels?.[LOCK_LABEL] === name)
    .sort((one, other) => (one.Name < other.Name ? -1 : 1));
}

const attemptOf = (volume: Volume | undefined): string | undefined => volume?.Labels?.[ATTEMPT_LABEL];

/** Creates a volume, or returns the existing one. Without a signal: the result must be known. */
async function createVolume(engine: DockerEngine, Name: string, Labels: Record<string, string>): Promise<Volume> {
  try {
    return await engine.volumes.create({ Name, Driver: "local", Labels });
  } catch (error) {
    const found = await ifUnanswered(error, () => engine.volumes.inspect(Name));
    if (found !== undefined && attemptOf(found) === Labels[ATTEMPT_LABEL]) return found;
    throw error;
  }
}
