import { DeploymentError, sleep } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine } from "@openfactory/docker-engine";

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
