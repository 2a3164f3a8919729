import { DeploymentError, type RemoveOptions, sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { assertFound, findServiceContainers } from "../containers/find.js";
import { removeInSlot } from "../containers/engine-slots.js";
import type { InspectedContainer } from "../containers/group.js";
import { stopContainer } from "../containers/operations.js";
import { resolveState } from "../containers/state.js";

/**
 * Stops and removes the containers of a service. Also removes its previous version and the containers of interrupted updates,
 * even if the service itself no longer exists.
 * @throws DeploymentError `NOT_FOUND`, `TIMEOUT`, ...
 */
export async function removeService(engine: DockerEngine, serviceName: string, options: RemoveOptions): Promise<void> {
  const group = await findServiceContainers(engine, serviceName, options);
  const { current } = resolveState(group);
  const others = group.filter((container) => !current.includes(container));
  await Promise.all([
    ...current.map((container) => removeContainer(engine, serviceName, container, options)),
    ...others.map(({ id }) => untilRemoved(engine, id, options, () => removeInSlot(engine, id, { force: true }))),
  ]);
  assertFound(engine, serviceName, current);
}

async function removeContainer(
  engine: DockerEngine,
  service: string,
  { id, details, active }: InspectedContainer,
  options: RemoveOptions,
): Promise<void> {
  const { signal, observer } = options;
  await untilRemoved(engine, id, options, async () => {
    if (active) {
      observer?.({ type: "step", service, step: "stop", id });
      await stopContainer(engine, details, { signal });
    }
    observer?.({ type: "step", service, step: "remove", id });
    await removeInSlot(engine, id, { signal });
  });
}

/** If another process removes the container at the same time, waits until it is gone. */
async function untilRemoved(
  engine: DockerEngine,
  id: string,
  { signal, timeoutMs = 60_000 }: RemoveOptions,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return;
    if (!DeploymentError.isInstance(error, "CONFLICT")) throw error;
    await untilGone(engine, id, error, { signal, timeoutMs });
  }
}

async function untilGone(
  engine: DockerEngine,
  id: string,
  conflict: DeploymentError,
  { signal, timeoutMs }: { signal?: AbortSignal; timeoutMs: number },
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    try {
      const { State } = await engine.containers.inspect(id, { signal });
      if (State.Status !== "removing" && State.Status !== "dead") throw conflict;
    } catch (error) {
      if (DeploymentError.isInstance(error, "NOT_FOUND")) return;
      throw error;
    }
    await sleep(100, signal);
  }
  throw conflict;
}
