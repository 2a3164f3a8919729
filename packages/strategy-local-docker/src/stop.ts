import type { OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";

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
