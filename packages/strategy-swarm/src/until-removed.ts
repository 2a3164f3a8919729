import { DeploymentError, sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/** Where the stream of events breaks or can't be opened, the service is looked for this often, in milliseconds. */
const WITHOUT_EVENTS_MS = 2_000;

/** Resolves when the service is removed. @throws DeploymentError `ABORTED`. */
export async function untilRemoved(engine: DockerEngine, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const opened = Promise.withResolvers<void>();
    const removal = removalEvent(engine, id, opened.resolve, signal);
    await Promise.race([opened.promise, removal]);
    // It may have been removed before the stream of events was open.
    if (!(await isThere(engine, id, signal)) || (await removal)) return;
    await sleep(WITHOUT_EVENTS_MS, signal);
  }
}

/** Whether the service was removed; false if the stream of events ended first. */
async function removalEvent(
  engine: DockerEngine,
  id: string,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const { Action } of engine.events({ type: ["service"], service: [id] }, { signal, onOpen })) {
      if (Action === "remove") return true;
    }
  } catch {
    // The next look finds what the stream would have reported.
  }
  return false;
}

async function isThere(engine: DockerEngine, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.services.inspect(id, { signal });
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return false;
    throw error;
  }
}
