import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";

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
