import { createHash } from "node:crypto";
import { DeploymentError, type LockHolder, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, NamedResource } from "@openfactory/docker-engine";
import { perEngine } from "./observe/batch-poller.js";

/** The label of a config that is a lock: the name of the lock. */
export const LOCK_LABEL = "org.openfactory.deploy.lock";
const HOLDER_LABEL = `${LOCK_LABEL}.holder`;
const OWNER_LABEL = `${LOCK_LABEL}.owner`;
const SINCE_LABEL = `${LOCK_LABEL}.since`;

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
export async function takeLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(signal);
    if (await createLock(engine, name, holder)) return releaseIfAborted(engine, name, holder, signal);
    const found = await findLock(engine, name, { signal });
    if (found !== undefined) return holderOf(found);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError("CONFLICT", `Could not acquire the lock ${name}: too much contention.`, {
        hint: "Run the command again when fewer runs use the lock.",
      });
    }
  }
}

/** @returns false if the lock exists. */
async function createLock(engine: DockerEngine, name: string, { id, owner, since }: LockHolder): Promise<boolean> {
  const Labels = { [LOCK_LABEL]: name, [HOLDER_LABEL]: id, [OWNER_LABEL]: owner, [SINCE_LABEL]: since };
  try {
    // Without the signal: the result must be known. A config can't be empty.
    const config = { Name: configName(name), Labels, Data: Buffer.from("lock").toString("base64") };
    createdIds(engine).set(keyOf(name, id), await engine.configs.create(config));
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "CONFLICT")) return false;
    if (await wasCreated(engine, name, id, error)) return true;
    throw error;
  }
}

/** Whether the lock was created although the answer was lost. */
async function wasCreated(engine: DockerEngine, name: string, holderId: string, error: unknown): Promise<boolean> {
  if (!DeploymentError.isInstance(error, "TIMEOUT") && !DeploymentError.isInstance(error, "ENGINE_UNREACHABLE"))
    return false;
  try {
    return (await heldLockId(engine, name, holderId, {})) !== undefined;
  } catch {
    // The engine still does not answer: the first error is thrown.
    return false;
  }
}

async function releaseIfAborted(
  engine: DockerEngine,
  name: string,
  { id }: LockHolder,
  signal: AbortSignal | undefined,
): Promise<undefined> {
  try {
    throwIfAborted(signal);
  } catch (aborted) {
    await releaseLock(engine, name, id, {});
    throw aborted;
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
  try {
    // By id: another config of this name is the lock of another holder.
    await engine.configs.remove(id, { signal: options.signal });
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
  createdIds(engine).delete(key);
}

async function heldLockId(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<string | undefined> {
  const found = await findLock(engine, name, options);
  return found !== undefined && holderOf(found).id === holderId ? found.ID : undefined;
}

async function findLock(
  engine: DockerEngine,
  name: string,
  { signal }: OperationOptions,
): Promise<NamedResource | undefined> {
  const expected = configName(name);
  return (await engine.configs.list({ name: [expected] }, { signal })).find(({ Spec }) => Spec.Name === expected);
}

/** The name of a config has at most 64 characters, and few kinds of them. The name of a lock may be any text. */
const configName = (lock: string): string =>
  `openfactory-lock-${createHash("sha256").update(lock).digest("hex").slice(0, 32)}`;

const holderOf = ({ Spec: { Labels = {} } }: NamedResource): LockHolder => ({
  id: Labels[HOLDER_LABEL] ?? "",
  owner: Labels[OWNER_LABEL] ?? "unknown",
  since: Labels[SINCE_LABEL] ?? "",
});
