import { DeploymentError, type RemoveOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { findService, remainingTasksPoller } from "../observe/services.js";
import { hasEnded } from "../observe/tasks.js";

/**
 * Removes the service with exactly this name. With `wait`, resolves when its tasks have ended (`timeoutMs`, default 60 s).
 * @throws DeploymentError `NOT_FOUND`, `TIMEOUT`.
 */
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
  const poller = remainingTasksPoller(engine);
  for (;;) {
    const tasks = await poller.next(id, { signal, service: serviceName, withinMs: end - Date.now() });
    const running = tasks.filter((task) => !hasEnded(task)).length;
    if (running === 0) return;
    if (Date.now() >= end) {
      throw new DeploymentError(
        "TIMEOUT",
        `Service ${serviceName} was removed, but ${running} of its tasks did not end within ${timeoutMs / 1000} s.`,
        {
          service: serviceName,
          hint: "The tasks end without further action. Tasks on an offline node are reported once the node returns.",
        },
      );
    }
    observer?.({ type: "waiting", service: serviceName, running, desired: 0 });
  }
}
