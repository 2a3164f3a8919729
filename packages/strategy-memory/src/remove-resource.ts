import { DeploymentError, type RemoveResourceOptions, type ResourceKind, sleep } from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";

const DEFAULT_TIMEOUT_MS = 10_000;
const STEP_MS = 5;

/** Removes a resource once no service uses it. @throws DeploymentError `NOT_FOUND`, `CONFLICT`, `UNSUPPORTED`, `ABORTED`. */
export async function removeResource(
  engine: MemoryEngine,
  kind: ResourceKind,
  name: string,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: RemoveResourceOptions,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  engine.resources.require(kind, name);
  for (let user = engine.userOf(kind, name); user !== undefined; user = engine.userOf(kind, name)) {
    if (Date.now() >= end) {
      throw new DeploymentError("CONFLICT", `The ${kind} ${name} is in use by service ${user.request.name}.`, {
        hint: "Remove what uses it first.",
      });
    }
    await sleep(STEP_MS, signal);
  }
  engine.resources.remove(kind, name);
}
