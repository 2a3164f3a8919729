import type {
  InstanceStatus,
  NormalizedRequest,
  RequestField,
  ServiceState,
  ServiceStatus,
} from "@openfactory/deploy-core";
import { healthAfter } from "./health.js";
import { desiredInstances, isRunning, type MemoryInstance, type MemoryService } from "./service.js";
import { revisionOf, settingsOf } from "./settings.js";

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

const healthOf = (instance: MemoryInstance, { healthcheck }: NormalizedRequest): InstanceStatus["health"] => {
  const found = healthAfter(healthcheck, Date.now() - instance.startedAt);
  return instance.process.health ?? found;
};

const stateOf = ({ process, stoppedAt }: MemoryInstance, health: InstanceStatus["health"]): ServiceState => {
  if (process.exitCode !== undefined) return process.exitCode === 0 ? "completed" : "failed";
  if (stoppedAt !== undefined) return "stopped";
  if (health === "unhealthy") return "failed";
  return health === "starting" ? "pending" : "running";
};

export function instanceStatus(instance: MemoryInstance, request: NormalizedRequest): InstanceStatus {
  const running = isRunning(instance);
  const health = running ? healthOf(instance, request) : undefined;
  const exitCode = running ? undefined : (instance.process.exitCode ?? 0);
  return {
    id: instance.id,
    name: instance.name,
    state: stateOf(instance, health),
    engineState: running ? "running" : "exited",
    ...(health && { health }),
    ...(exitCode !== undefined && { exitCode }),
    startedAt: time(instance.startedAt),
    ...(!running && { finishedAt: time(instance.stoppedAt ?? instance.startedAt) }),
    restarts: 0,
  };
}

const overall = (states: readonly ServiceState[]): ServiceState => {
  const worst = (["failed", "pending", "stopped", "running"] as const).find((state) => states.includes(state));
  return worst ?? (states.length > 0 ? "completed" : "stopped");
};

/** A service in the contract's terms. @param honours the fields of which settings are told. */
export function serviceStatus(service: MemoryService, honours: readonly RequestField[]): ServiceStatus {
  const { id, request, previous, createdAt, instances } = service;
  const all = instances.map((instance) => instanceStatus(instance, request));
  const desired = desiredInstances(request);
  const begun = all.length > 0 || desired === 0;
  return {
    name: request.name,
    ids: [id],
    image: request.image,
    state: begun ? overall(all.map(({ state }) => state)) : "pending",
    replicas: { running: all.filter(({ state }) => state === "running").length, desired },
    ports: structuredClone(request.ports ?? []),
    labels: { ...request.labels },
    createdAt: time(createdAt),
    instances: all,
    settings: settingsOf(request, honours),
    revision: revisionOf(request),
    ...(previous && { previous: { image: previous.image, labels: { ...previous.labels } } }),
  };
}
