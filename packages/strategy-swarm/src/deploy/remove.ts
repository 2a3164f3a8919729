import { DeploymentError, type RemoveOptions } from "@openfactory/deploy-core";
import type { CallOptions, DockerEngine, TaskDetails } from "@openfactory/docker-engine";
import { findService, remainingTasksPoller, serviceNotFound } from "../observe/services.js";
import { hasEnded } from "../observe/tasks.js";

/** The swarm reports a lost node as down after 15 s. Tasks that end within their grace period cause no extra call. */
const CHECK_NODES_EVERY_MS = 5_000;

/**
 * Removes the service with exactly this name. With `wait`, resolves when its tasks have ended (`timeoutMs`, default 60 s).
 * @throws DeploymentError `NOT_FOUND`; `TIMEOUT`, also as soon as all remaining tasks are on nodes that are down.
 */
export async function removeService(
  engine: DockerEngine,
  serviceName: string,
  { signal, observer, wait = false, timeoutMs = 60_000 }: RemoveOptions,
): Promise<void> {
  const { ID: id } = await findService(engine, serviceName, { signal });
  observer?.({ type: "step", service: serviceName, step: "remove", id });
  try {
    await engine.services.remove(id, { signal });
  } catch (error) {
    // Another process has removed it since the lookup.
    throw DeploymentError.isInstance(error, "NOT_FOUND") ? serviceNotFound(engine, serviceName) : error;
  }
  if (!wait) return;

  const end = Date.now() + timeoutMs;
  let checkNodesAt = Date.now() + CHECK_NODES_EVERY_MS;
  const poller = remainingTasksPoller(engine);
  const removed = { name: serviceName, id };
  for (;;) {
    const tasks = await poller.next(removed, { signal, service: serviceName, withinMs: end - Date.now() });
    const running = tasks.filter((task) => !hasEnded(task));
    if (running.length === 0) return;
    if (Date.now() >= Math.min(end, checkNodesAt)) {
      const lost = await lostNodes(engine, running, { signal });
      if (lost !== undefined) throw onLostNodes(serviceName, running.length, lost);
      checkNodesAt = Date.now() + CHECK_NODES_EVERY_MS;
    }
    if (Date.now() >= end) {
      throw new DeploymentError(
        "TIMEOUT",
        `Service ${serviceName} was removed, but ${running.length} of its tasks did not end within ${timeoutMs / 1000} s.`,
        { service: serviceName, hint: "The tasks end without further action. Check the nodes with `docker node ls`." },
      );
    }
    observer?.({ type: "waiting", service: serviceName, running: running.length, desired: 0 });
  }
}

/** The host names of the nodes of all these tasks, if each of them is down. */
async function lostNodes(
  engine: DockerEngine,
  tasks: readonly TaskDetails[],
  options: CallOptions,
): Promise<string[] | undefined> {
  const listed = await engine.nodes.list(options);
  const nodes = new Set(tasks.map(({ NodeID }) => listed.find(({ ID }) => ID === NodeID)));
  const lost = [...nodes].filter((node) => node?.Status.State === "down");
  return lost.length === nodes.size ? lost.map((node) => node?.Description.Hostname ?? "") : undefined;
}

function onLostNodes(service: string, count: number, nodes: readonly string[]): DeploymentError {
  const tasks = count === 1 ? "1 task" : `${count} tasks`;
  const names = nodes.join(", ");
  const isOne = nodes.length === 1;
  return new DeploymentError(
    "TIMEOUT",
    `Service ${service} was removed, but ${tasks} may still run on ${names}: the node${isOne ? " is" : "s are"} down.`,
    {
      service,
      hint: `The swarm ends the tasks when ${names} ${isOne ? "is" : "are"} back. No other action is needed.`,
    },
  );
}
