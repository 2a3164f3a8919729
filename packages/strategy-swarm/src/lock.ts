import { createHash } from "node:crypto";
import { DeploymentError, type LockHolder, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine, NamedResource } from "@openfactory/docker-engine";
import { perEngine } from "./observe/batch-poller.js";

/** On the config that is a lock: the lock's name. */
export const LOCK_LABEL = "org.openfactory.deploy.lock";
const HOLDER_LABEL = `${LOCK_LABEL}.holder`;
const OWNER_LABEL = `${LOCK_LABEL}.owner`;
const SINCE_LABEL = `${LOCK_LABEL}.since`;

/** Ids of the configs that this process made, by lock and holder: who let go of them since has not to be looked up. */
const made = perEngine(() => new Map<string, string>());
const keyOf = (name: string, holderId: string): string => JSON.stringify([name, holderId]);

/** How often others may let go of it just before they are looked up. */
const ATTEMPTS = 20;

/**
 * Takes a lock, which is a config of the swarm: its managers agree on each, so that of several who make one of the same
 * name at the same time one does; and it is there whichever manager is asked, or lost.
 * @returns undefined, or, where it is taken, its holder.
 * @throws DeploymentError `ABORTED`, the lock not taken.
 */
export async function acquireLock(
  engine: DockerEngine,
  name: string,
  holder: LockHolder,
  { signal }: OperationOptions,
): Promise<LockHolder | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(signal);
    if (await make(engine, name, holder)) return releaseIfAborted(engine, name, holder, signal);
    const found = await find(engine, name, { signal });
    if (found !== undefined) return holderOf(found);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError("CONFLICT", `Others take the lock ${name} and let go of it all the time.`, {
        hint: "Try again.",
      });
    }
  }
}

/** Lets go of a lock, if it is that holder's. Content if it is not held. */
export async function releaseLock(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<void> {
  const key = keyOf(name, holderId);
  const id = made(engine).get(key) ?? (await heldLockId(engine, name, holderId, options));
  if (id === undefined) return;
  try {
    // By id: another config of the name is another's lock.
    await engine.configs.remove(id, { signal: options.signal });
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
  made(engine).delete(key);
}

async function heldLockId(
  engine: DockerEngine,
  name: string,
  holderId: string,
  options: OperationOptions,
): Promise<string | undefined> {
  const found = await find(engine, name, options);
  return found !== undefined && holderOf(found).id === holderId ? found.ID : undefined;
}

/** @returns whether it was made; false: there is one already. */
async function make(engine: DockerEngine, name: string, { id, owner, since }: LockHolder): Promise<boolean> {
  const Labels = { [LOCK_LABEL]: name, [HOLDER_LABEL]: id, [OWNER_LABEL]: owner, [SINCE_LABEL]: since };
  try {
    // Not given the signal: what came of it has to be known. A config can't be empty.
    const config = { Name: configName(name), Labels, Data: Buffer.from("lock").toString("base64") };
    made(engine).set(keyOf(name, id), await engine.configs.create(config));
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "CONFLICT")) return false;
    if (await wasCreated(engine, name, id, error)) return true;
    throw error;
  }
}

/** Whether it was made though the answer never came. */
async function wasCreated(engine: DockerEngine, name: string, holderId: string, error: unknown): Promise<boolean> {
  if (!DeploymentError.isInstance(error, "TIMEOUT") && !DeploymentError.isInstance(error, "ENGINE_UNREACHABLE"))
    return false;
  try {
    return (await heldLockId(engine, name, holderId, {})) !== undefined;
  } catch {
    // The engine still does not answer: the first error says so, and is thrown.
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

/** A config's name has 64 characters at most, and few kinds of them; a lock's name may be anything. */
const configName = (lock: string): string =>
  `openfactory-lock-${createHash("sha256").update(lock).digest("hex").slice(0, 32)}`;

async function find(
  engine: DockerEngine,
  name: string,
  { signal }: OperationOptions,
): Promise<NamedResource | undefined> {
  const wanted = configName(name);
  return (await engine.configs.list({ name: [wanted] }, { signal })).find(({ Spec }) => Spec.Name === wanted);
}

const holderOf = ({ Spec: { Labels = {} } }: NamedResource): LockHolder => ({
  id: Labels[HOLDER_LABEL] ?? "",
  owner: Labels[OWNER_LABEL] ?? "somebody else",
  since: Labels[SINCE_LABEL] ?? "",
});
