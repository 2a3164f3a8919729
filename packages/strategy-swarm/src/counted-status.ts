import type { ServiceStatus } from "@openfactory/deploy-core";
import type { ServiceDetails } from "@openfactory/docker-engine";
import { serviceFacts } from "./status.js";
import { desiredTasks, isJob } from "./tasks.js";

/** States of an update that is not through, or has stopped: what runs is then more than a number. */
const UNSETTLED: ReadonlySet<string> = new Set(["updating", "paused", "rollback_started", "rollback_paused"]);

/** Whether as many tasks run as should, by the swarm's own count, so that nothing is to be said of single ones. */
export function isAsItShouldBe(service: ServiceDetails): boolean {
  const { ServiceStatus: counted, UpdateStatus } = service;
  if (counted === undefined || isJob(service) || UNSETTLED.has(UpdateStatus?.State ?? "")) return false;
  return counted.RunningTasks === desiredTasks(service, []);
}

/** The status of a service that is as it should be, without its instances. */
export function countedStatus(service: ServiceDetails): ServiceStatus {
  const desired = desiredTasks(service, []);
  return {
    ...serviceFacts(service),
    state: desired === 0 ? "stopped" : "running",
    replicas: { running: desired, desired },
    instances: [],
  };
}
