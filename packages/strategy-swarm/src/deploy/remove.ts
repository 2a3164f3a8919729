import { DeploymentError, type RemoveOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { findService, remainingTasksPoller } from "../observe/services.js";

/** Removes the service of exactly that name, and with `wait` sees its tasks go. @throws DeploymentError `NOT_FOUND`, `TIMEOUT`. */
export async function removeService(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer, wait = false, timeoutMs = 60_000 }: RemoveOptions,
): Promise<void> {
  const { ID: id } = await findService(engine, serviceName, { signal });
  observer?.({ type: "step", service: serviceName, step: "remove", id });
  await engine.services.remove(id, { signal });
  if (!wait) return;

  const end = Date.now() + timeoutMs;
  for (;;) {
    const tasks = await remainingTasksPoller(engine).next(id, {
      signal,
      service: serviceName,
      withinMs: end - Date.now(),
    });
    const left = tasks.filter(({ Status }) => !ENDED.has(Status.State));
    if (left.length === 0) return;
    if (Date.now() >= end) {
      throw new DeploymentError(
        "TIMEOUT",
        `${serviceName} is removed, and ${left.length} of its tasks have not ended within ${timeoutMs / 1000} s.`,
        { service: serviceName, hint: "They end by themselves; a node that is down tells so only when it is back." },
      );
    }
    observer?.({ type: "waiting", service: serviceName, running: left.length, desired: 0 });
  }
}

/** Task states in which no process of the task runs any more (Engine API, TaskState). */
const ENDED: ReadonlySet<string> = new Set(["complete", "shutdown", "failed", "rejected", "remove", "orphaned"]);
