import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import type { SeenMember } from "../family/member.js";

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
