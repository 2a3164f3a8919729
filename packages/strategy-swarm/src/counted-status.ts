import type { ServiceStatus } from "@openfactory/deploy-core";
import type { ServiceDetails } from "@openfactory/docker-engine";
import { serviceFacts } from "./status.js";
import { desiredTasks, isJob, isOnEveryNode, type Nodes } from "./tasks.js";

const NO_NODES: Nodes = new Map();

/** States of an update that is not through, or has stopped: what runs is then more than a number. */
const UNSETTLED: ReadonlySet<string> = new Set(["updating", "paused", "rollback_started", "rollback_paused"]);

/**
 * Whether as many tasks run as should, by the swarm's own count, so that nothing is to be said of single ones. What is to
 * be on every node it does not count right.
 */
export function isAsItShouldBe(service: ServiceDetails): boolean {
  const { ServiceStatus: counted, UpdateStatus } = service;
  if (counted === undefined || isJob(service) || isOnEveryNode(service) || UNSETTLED.has(UpdateStatus?.State ?? ""))
    return false;
  return counted.RunningTasks === desiredTasks(service, [], NO_NODES);
}

/** The status of a service that is as it should be, without its instances. */
export function countedStatus(service: ServiceDetails): ServiceStatus {
  const desired = desiredTasks(service, [], NO_NODES);
  return {
    ...serviceFacts(service),
    state: desired === 0 ? "stopped" : "running",
    replicas: { running: desired, desired },
    instances: [],
  };
}
