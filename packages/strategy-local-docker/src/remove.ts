import { DeploymentError, type RemoveOptions, sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { lookUpFamily, mustBeThere } from "./containers/find.js";
import type { SeenMember } from "./containers/group.js";
import { stopContainer } from "./containers/operations.js";
import { read } from "./containers/state.js";

/**
 * Stops and removes the containers of a service; and what updates have left beside them, the version before and what was
 * cut off, even where the service itself is not there any more.
 * @throws DeploymentError `NOT_FOUND`, `TIMEOUT`, ...
 */
export async function removeService(engine: DockerEngine, serviceName: string, options: RemoveOptions): Promise<void> {
  const family = await lookUpFamily(engine, serviceName, options);
  const { current } = read(family);
  const beside = family.filter((member) => !current.includes(member));
  await Promise.all([
    ...current.map((member) => removeContainer(engine, serviceName, member, options)),
    ...beside.map(({ id }) => unlessGoing(engine, id, options, () => engine.containers.remove(id, { force: true }))),
  ]);
  mustBeThere(engine, serviceName, current);
}

async function removeContainer(
  engine: DockerEngine,
  service: string,
  { id, details, active }: SeenMember,
  options: RemoveOptions,
): Promise<void> {
  const { signal, observer, timeoutMs = 60_000 } = options;
  await unlessGoing(engine, id, options, async () => {
    if (active) {
      observer?.({ type: "step", service, step: "stop", id });
      await stopContainer(engine, details, { signal, timeoutMs });
    }
    observer?.({ type: "step", service, step: "remove", id });
    await engine.containers.remove(id, { signal, timeoutMs });
  });
}

/** Gone, or going, by somebody else's hand: that is what was asked for. */
async function unlessGoing(
  engine: DockerEngine,
  id: string,
  { signal, timeoutMs = 60_000 }: RemoveOptions,
  removal: () => Promise<void>,
): Promise<void> {
  try {
    await removal();
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
