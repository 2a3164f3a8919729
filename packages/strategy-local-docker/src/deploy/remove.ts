import { DeploymentError, type RemoveOptions, sleep, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { assertFound, findServiceContainers } from "../containers/find.js";
import { removeInSlot } from "../containers/engine-slots.js";
import { type InspectedContainer, withRole } from "../containers/group.js";
import { parseContainerName, type Role } from "../containers/names.js";
import { stopContainer } from "../containers/operations.js";
import { endUnfinished, restoreEarlier } from "../containers/recovery.js";
import { resolveState, unfinishedIn } from "../containers/state.js";

/**
 * Stops and removes the containers of a service. Also removes its previous version and the containers of interrupted updates,
 * even if the service itself no longer exists. With the name of an unfinished version (`mill.candidate`), ends the update: see
 * {@link removeVersion}.
 * @throws DeploymentError `NOT_FOUND`, `TIMEOUT`, ...
 */
export async function removeService(engine: DockerEngine, serviceName: string, options: RemoveOptions): Promise<void> {
  const group = await findServiceContainers(engine, serviceName, options);
  const { base, role } = parseContainerName(serviceName);
  if (group.length === 0 && role !== undefined) return removeVersion(engine, { service: base, role }, options);
  const state = resolveState(group);
  const { current } = state;
  if (options.restoreEarlier && unfinishedIn(group, state).length > 0) return restoreEarlier(engine, group);
  const others = group.filter((container) => !current.includes(container));
  // First: a removal that is interrupted must leave the service, because a listing finds the others by it.
  await removeAll(engine, others, options);
  await Promise.all(current.map((container) => removeContainer(engine, serviceName, container, options)));
  assertFound(engine, serviceName, current);
}

const removeAll = (engine: DockerEngine, containers: readonly { id: string }[], options: RemoveOptions) =>
  Promise.all(
    containers.map(({ id }) => untilRemoved(engine, id, options, () => removeInSlot(engine, id, { force: true }))),
  );

/**
 * Ends the update or the rollback that created a version of a service. The service stays unchanged, unless the new version is
 * the service already. If the service no longer exists, removes the containers of the version.
 * @throws DeploymentError `NOT_FOUND`.
 */
async function removeVersion(
  engine: DockerEngine,
  { service, role }: { service: string; role: Role },
  options: RemoveOptions,
): Promise<void> {
  throwIfAborted(options.signal, { service });
  const group = await findServiceContainers(engine, service, options);
  const { current } = resolveState(group);
  if (current.length > 0) {
    if (await endUnfinished(engine, group, role)) return;
    return assertFound(engine, `${service}.${role}`, []);
  }
  const left = withRole(group, role);
  await removeAll(engine, left, options);
  assertFound(engine, `${service}.${role}`, left);
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
