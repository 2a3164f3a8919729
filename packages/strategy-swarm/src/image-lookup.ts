import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine } from "@openfactory/docker-engine";

/** How long a registry has to answer. */
const TIMEOUT_MS = 10_000;

/**
 * What an image's registry says against it: that it does not have it, or does not give it to us. One that can't be asked
 * says nothing.
 * @throws DeploymentError `ABORTED`.
 */
export async function registryFault(
  engine: DockerEngine,
  image: string,
  options: CallOptions,
): Promise<DeploymentError | undefined> {
  try {
    await engine.images.digest(image, { ...options, timeoutMs: TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND") || DeploymentError.isInstance(error, "UNAUTHORIZED"))
      return error;
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return undefined;
  }
}

/** What the registry of an image answers to this manager; undefined: it has the image. */
export async function askRegistry(engine: DockerEngine, image: string): Promise<DeploymentError | undefined> {
  try {
    await engine.images.digest(image, { timeoutMs: TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (DeploymentError.isInstance(error)) return error;
    throw error;
  }
}

/** Whether the manager's own node has an image: no other can be asked. */
export async function isOnManager(engine: DockerEngine, image: string, options: CallOptions): Promise<boolean> {
  try {
    await engine.images.inspect(image, options);
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return false;
    throw error;
  }
}
