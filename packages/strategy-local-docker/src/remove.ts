import { DeploymentError, type RemoveOptions, sleep } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { containersOf } from "./containers-of.js";

/** What the engine gives a process to end, where its container says nothing (Engine API, ContainerStop). */
const DEFAULT_GRACE_SECONDS = 10;

/** Stops and removes the containers of a service. @throws DeploymentError `NOT_FOUND`, `TIMEOUT`, ... */
export async function removeService(engine: DockerEngine, serviceName: string, options: RemoveOptions): Promise<void> {
  const containers = await containersOf(engine, serviceName, options);
  await Promise.all(containers.map((container) => removeContainer(engine, serviceName, container, options)));
}

async function removeContainer(
  engine: DockerEngine,
  service: string,
  { Id: id, Config, State }: ContainerDetails,
  { signal, observer, timeoutMs = 60_000 }: RemoveOptions,
): Promise<void> {
  const grace = typeof Config["StopTimeout"] === "number" ? Config["StopTimeout"] : DEFAULT_GRACE_SECONDS;
  try {
    if (State.Running || State.Restarting) {
      observer?.({ type: "step", service, step: "stop", id });
      await engine.containers.stop(id, { signal, timeoutMs: grace * 1000 + timeoutMs });
    }
    observer?.({ type: "step", service, step: "remove", id });
    await engine.containers.remove(id, { signal, timeoutMs });
  } catch (error) {
    // Gone, or going, by somebody else's hand: that is what was asked for.
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
