import { DeploymentError, type RemoveResourceOptions, type ResourceKind, sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { notThere } from "./faults.js";
import { type Kind, kindOf } from "./kinds.js";
import { RESOURCE_NAME } from "./made.js";

const STEP_MS = 100;

/**
 * Removes a resource once nothing uses it any more.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (in use still), `UNSUPPORTED`.
 */
export async function removeResource(
  engine: DockerEngine,
  kindName: ResourceKind,
  name: string,
  options: RemoveResourceOptions,
): Promise<void> {
  const { signal, timeoutMs = 10_000 } = options;
  const kind = kindOf(kindName);
  if (!RESOURCE_NAME.test(name)) throw notThere(kindName, name, engine);
  const { id } = await kind.find(engine, name, options);
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await kind.remove(engine, id, options);
    } catch (error) {
      // Somebody else's hand was quicker.
      if (DeploymentError.isInstance(error, "NOT_FOUND")) return;
      if (!kind.isInUse(error)) throw error;
      if (Date.now() >= end) throw await inUse(engine, kind, `${kindName} ${name}`, id, error);
    }
    await sleep(Math.min(STEP_MS, Math.max(0, end - Date.now())), signal);
  }
}

async function inUse(
  engine: DockerEngine,
  kind: Kind,
  what: string,
  id: string,
  error: unknown,
): Promise<DeploymentError> {
  const users = await kind.users(engine, id, {}).catch(() => []);
  const by = users.length === 0 ? "" : `: by ${users.sort().join(", ")}`;
  return new DeploymentError("CONFLICT", `The ${what} is in use${by}.`, {
    hint: "Remove what uses it first, or leave it there.",
    cause: (error as DeploymentError).cause,
  });
}
