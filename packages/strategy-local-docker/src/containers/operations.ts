import { DeploymentError, type OperationOptions, sleep } from "@openfactory/deploy-core";
import type { CallOptions, ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import type { SeenMember } from "./group.js";

/** A container by name or id; undefined if there is none. */
export async function inspectIfThere(
  engine: DockerEngine,
  nameOrId: string,
  { signal }: OperationOptions = {},
): Promise<ContainerDetails | undefined> {
  try {
    return await engine.containers.inspect(nameOrId, { signal });
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

const TRY_EVERY_MS = 100;
const PATIENCE_MS = 3_000;

/**
 * Starts a container whose host ports another one has just let go of: for some tenths of a second after that has ended,
 * Podman says they are in use (seen with 4.3 and 5.4).
 */
export async function startWhenFree(engine: DockerEngine, id: string, options: CallOptions = {}): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await engine.containers.start(id, options);
    } catch (error) {
      if (!DeploymentError.isInstance(error, "CONFLICT") || Date.now() >= end) throw error;
      await sleep(TRY_EVERY_MS, options.signal);
    }
  }
}

/** What the engine gives a process to end, where its container says nothing (Engine API, ContainerStop). */
const DEFAULT_GRACE_SECONDS = 10;

/** Stops a container, in the time that it has to end. @param timeoutMs how much longer the engine may take. */
export async function stopContainer(
  engine: DockerEngine,
  { Id: id, Config }: Pick<ContainerDetails, "Id" | "Config">,
  { signal, timeoutMs = 60_000 }: Pick<OperationOptions, "signal"> & { timeoutMs?: number } = {},
): Promise<void> {
  const grace = typeof Config.StopTimeout === "number" ? Config.StopTimeout : DEFAULT_GRACE_SECONDS;
  await engine.containers.stop(id, { signal, timeoutMs: grace * 1000 + timeoutMs });
}

/**
 * A container that does not run keeps its networks by their ids: one that was removed and made anew in the meantime keeps it
 * from starting, until it is connected again (seen on engines 20.10, 26.1 and 28.5).
 */
export async function rejoinNetworks(
  engine: DockerEngine,
  { id, details }: SeenMember,
  { signal }: OperationOptions,
): Promise<void> {
  for (const [name, { NetworkID, Aliases }] of Object.entries(details.NetworkSettings.Networks)) {
    // Podman 4 tells a name for the id, and finds the network by it.
    if (NetworkID === name) continue;
    const now = await idOf(engine, name, signal);
    if (now === undefined || now === NetworkID) continue;
    // The engine adds the beginning of the container's id by itself.
    const own = (Aliases ?? []).filter((alias) => !id.startsWith(alias));
    await engine.networks.connect(name, { Container: id, EndpointConfig: { Aliases: own } }, { signal });
  }
}

/** Undefined: there is none; the start tells. */
async function idOf(engine: DockerEngine, name: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await engine.networks.inspect(name, { signal })).Id;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
