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
  lockHolder,
  lockLabels,
  lockObjectName,
  type NamedResource,
  perEngine,
} from "@openfactory/docker-engine";

/** The ids of the configs that this process created, by lock and holder: `releaseLock` needs no lookup for them. */
const createdIds = perEngine(() => new Map<string, string>());
const keyOf = (name: string, holderId: string): string => JSON.stringify([name, holderId]);

/** How many times the lock may be released between the attempt to create it and the lookup of its holder. */
const ATTEMPTS = 20;

/**
 * Acquires a lock. A lock is a config of the swarm: the managers agree on configs, so only one of several concurrent
 * attempts to create the same name succeeds, and the lock survives the loss of a manager.
 * @returns undefined if the lock was acquired, otherwise its holder.
 * @throws DeploymentError `CONFLICT`; `ABORTED`, with the lock released.
 */
export async function acquireLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(signal);
    if (await createLock(engine, name, holder)) {
      await undoIfAborted(signal, () => releaseLock(engine, name, holder.id, {}));
      return undefined;
    }
    const found = await findLock(engine, name, { signal });
    if (found !== undefined) return lockHolder(found.Spec.Labels);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError("CONFLICT", `Could not acquire the lock ${name}: too much contention.`, {
        hint: "Run the command again when fewer runs use the lock.",
      });
    }
  }
}

/** @returns false if the lock exists. */
async function createLock(engine: DockerEngine, name: string, holder: LockHolder): Promise<boolean> {
  // A config can't be empty.
  const Data = Buffer.from("lock").toString("base64");
  const config = { Name: lockObjectName(name), Labels: lockLabels(name, holder), Data };
  try {
    // Without the signal: the result must be known.
    createdIds(engine).set(keyOf(name, holder.id), await engine.configs.create(config));
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "CONFLICT")) return false;
    const id = await ifUnanswered(error, () => heldLockId(engine, name, holder.id, {}));
    if (id !== undefined) return true;
    throw error;
  }
}

/** Releases a lock of this holder. No-op if this holder does not hold the lock. */
export async function releaseLock(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<void> {
  const key = keyOf(name, holderId);
  const id = createdIds(engine).get(key) ?? (await heldLockId(engine, name, holderId, options));
  if (id === undefined) return;
  // By id: another config of this name is the lock of another holder.
  await ifExists(engine.configs.remove(id, { signal: options.signal }));
  createdIds(engine).delete(key);
}

async function heldLockId(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<string | undefined> {
  const found = await findLock(engine, name, options);
  return found !== undefined && lockHolder(found.Spec.Labels).id === holderId ? found.ID : undefined;
}

async function findLock(
  engine: DockerEngine,
  name: string,
  { signal }: OperationOptions,
): Promise<NamedResource | undefined> {
  const expected = lockObjectName(name);
  return (await engine.configs.list({ name: [expected] }, { signal })).find(({ Spec }) => Spec.Name === expected);
}
