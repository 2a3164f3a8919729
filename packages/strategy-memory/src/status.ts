import { createHash } from "node:crypto";
import type {
  InstanceStatus,
  NormalizedRequest,
  RequestField,
  ServiceSettings,
  ServiceState,
  ServiceStatus,
} from "@openfactory/deploy-core";
import { healthAfter } from "./process.js";
import { desiredInstances, isRunning, type MemoryInstance, type MemoryService } from "./service.js";

type Part = Partial<NormalizedRequest>;

const sorted = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);

/** Fields whose order does not count. */
const SETS: readonly RequestField[] = ["env", "ports", "networks", "constraints", "groupAdd", "extraHosts"];

/** The values of fields that a request omits. */
const DEFAULTS: Part = { mode: { Replicated: { Replicas: 1 } }, restart: { Condition: "any" } };

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The settings of a request: supported fields only, sets sorted, and default values left out. */
export function settingsOf(request: NormalizedRequest, supportedFields: readonly RequestField[]): ServiceSettings {
  // No variable identifies a replica, so `replicaEnv` has no effect.
  const { image, name, env, replicaEnv: _, ...optional } = structuredClone(request);
  const asked = Object.entries(optional)
    .map(([field, value]) => [field as RequestField, value] as const)
    .filter(([field, value]) => field !== "imagePullPolicy" && supportedFields.includes(field) && !isEmpty(value))
    .filter(([field, value]) => JSON.stringify(DEFAULTS[field]) !== JSON.stringify(value))
    .map(([field, value]) => [field, SETS.includes(field) ? sorted(value as unknown[]) : value]);
  return { image, name, env: sorted(env), ...(Object.fromEntries(asked) as Part) };
}

/** Differs for every other request. */
export const revisionOf = (request: NormalizedRequest): string =>
  createHash("sha256").update(JSON.stringify(request)).digest("hex");

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

/** The status of a service. @param supportedFields the fields that settings contain. */
export function serviceStatus(service: MemoryService, supportedFields: readonly RequestField[]): ServiceStatus {
  const { id, request, previous, createdAt, instances, networks, ports = [] } = service;
  const all = instances.map((instance) => instanceStatus(instance, request));
  const desired = desiredInstances(request);
  const begun = all.length > 0 || desired === 0;
  return {
    name: request.name,
    ids: [id],
    image: request.image,
    state: begun ? overall(all.map(({ state }) => state)) : "pending",
    replicas: { running: all.filter(({ state }) => state === "running").length, desired },
    ports: structuredClone([...ports]),
    labels: { ...request.labels },
    createdAt: time(createdAt),
    instances: all,
    settings: settingsOf(request, supportedFields),
    revision: revisionOf(request),
    ...(networks && { networks: networks.map((network) => ({ ...network })) }),
    ...(previous && {
      previous: {
        image: previous.image,
        labels: { ...previous.labels },
        settings: settingsOf(previous, supportedFields),
      },
    }),
    ...service.status,
  };
}
