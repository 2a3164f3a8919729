import { DeploymentError, type OperationOptions, sleep } from "@openfactory/deploy-core";
import { type CallOptions, type ContainerDetails, type DockerEngine, ifExists } from "@openfactory/docker-engine";
import { removeInSlot, startInSlot } from "./engine-slots.js";
import type { InspectedContainer } from "./group.js";
import { forgetStart, recordStart } from "./in-state-since.js";
import { type ContainerName, formatContainerName, parseRestartPolicy } from "./names.js";

const RETRY_MS = 100;
/** How long an engine may need to release the host ports of a process that has ended. */
const PORT_RELEASE_MS = 3_000;
/** The engine's default between the stop signal and the kill (Engine API, ContainerStop). */
const DEFAULT_GRACE_SECONDS = 10;

/** A container by name or id; undefined if there is none. */
export const inspectIfExists = (
  engine: DockerEngine,
  nameOrId: string,
  { signal }: OperationOptions = {},
): Promise<ContainerDetails | undefined> => ifExists(engine.containers.inspect(nameOrId, { signal }));

export const removeIfExists = (engine: DockerEngine, id: string): Promise<void> =>
  ifExists(removeInSlot(engine, id, { force: true }));

/** Ends the process of a container at once. */
export const killIfExists = (engine: DockerEngine, id: string): Promise<void> =>
  ifExists(engine.containers.stop(id, { graceSeconds: 0 }));

/** The engine refuses to rename a container to the name that it has. */
export async function renameContainer(
  engine: DockerEngine,
  { id, name }: InspectedContainer,
  to: ContainerName,
): Promise<void> {
  const newName = formatContainerName(to);
  if (name !== newName) await engine.containers.rename(id, newName);
}

/** Stops a container: the engine has its time limit after the grace period of the process. */
export async function stopContainer(
  engine: DockerEngine,
  { Id: id, Config }: Pick<ContainerDetails, "Id" | "Config">,
  { signal }: OperationOptions = {},
): Promise<void> {
  await engine.containers.stop(id, { signal, graceMs: graceMs(Config) });
  forgetStart(engine, id);
}

const graceMs = ({ StopTimeout }: ContainerDetails["Config"]): number =>
  (typeof StopTimeout === "number" ? StopTimeout : DEFAULT_GRACE_SECONDS) * 1000;

/** As {@link stopContainer}, and starts it again. */
export async function restartContainer(
  engine: DockerEngine,
  { Id: id, Config }: Pick<ContainerDetails, "Id" | "Config">,
  { signal }: OperationOptions = {},
): Promise<void> {
  await engine.containers.restart(id, { signal, graceMs: graceMs(Config) });
  recordStart(engine, id);
}

/**
 * Starts a container whose host ports another container has just released. For some tenths of a second after a process has
 * ended, Podman reports its ports as in use (seen with 4.3 and 5.4).
 */
export async function startWhenPortsFree(engine: DockerEngine, id: string, options: CallOptions = {}): Promise<void> {
  const end = Date.now() + PORT_RELEASE_MS;
  for (;;) {
    try {
      return await startInSlot(engine, id, options);
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || Date.now() >= end) throw error;
      await sleep(RETRY_MS, options.signal);
    }
  }
}

/** Starts a container that was stopped, or that has ended, with the restart policy that it has while it runs. */
export async function startStopped(
  engine: DockerEngine,
  container: InspectedContainer,
  { signal }: OperationOptions,
): Promise<void> {
  const { id, currentPolicy, runningPolicy } = container;
  await rejoinNetworks(engine, container, { signal });
  const setPolicy = (policy: string): Promise<unknown> =>
    engine.containers.update(id, { RestartPolicy: parseRestartPolicy(policy) });
  // Before the start: the engine would restart a process that ends at once.
  if (currentPolicy !== runningPolicy) await setPolicy(runningPolicy);
  try {
    await startWhenPortsFree(engine, id, { signal });
  } catch (error) {
    // It is still stopped.
    if (currentPolicy !== runningPolicy) await setPolicy(currentPolicy);
    throw error;
  }
}

/**
 * Connects a stopped container to its networks again. It keeps them by their ids, so that a network that was removed and
 * created again in the meantime would prevent its start (seen on engines 20.10, 26.1 and 28.5).
 */
export async function rejoinNetworks(
  engine: DockerEngine,
  { id, details }: InspectedContainer,
  { signal }: OperationOptions,
): Promise<void> {
  for (const [name, { NetworkID, Aliases }] of Object.entries(details.NetworkSettings.Networks)) {
    // Podman 4 gives the name instead of the id, and finds the network by it.
    if (NetworkID === name) continue;
    const network = await ifExists(engine.networks.inspect(name, { signal }));
    // The start reports a network that no longer exists.
    if (network === undefined || network.Id === NetworkID) continue;
    // The engine itself adds the prefix of the container's id.
    const ownAliases = (Aliases ?? []).filter((alias) => !id.startsWith(alias));
    await engine.networks.connect(name, { Container: id, EndpointConfig: { Aliases: ownAliases } }, { signal });
  }
}
