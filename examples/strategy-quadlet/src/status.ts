import {
  type InstanceStatus,
  type NormalizedRequest,
  type RequestField,
  type ServiceSettings,
  type ServiceState,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { quadletManifest } from "./manifest.js";
import type { Service } from "./service.js";

/** Fields whose items have no order. */
const SETS: readonly RequestField[] = ["networks", "networkAliases", "groupAdd", "extraHosts", "capAdd", "capDrop"];

const DEFAULTS: Readonly<Partial<Record<RequestField, unknown>>> = {
  mode: { Replicated: { Replicas: 1 } },
  restart: { Condition: "any" },
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The settings of a request: supported fields, sets sorted, defaults and empty values left out. */
export function settingsOf(request: NormalizedRequest): ServiceSettings {
  // A unit runs one container, so `replicaEnv` adds no variables.
  const { image, name, env, replicaEnv: _, imagePullPolicy: __, ...optional } = structuredClone(request);
  const kept = Object.entries(optional)
    .filter(([field, value]) => quadletManifest.supportedFields.includes(field as RequestField) && !isEmpty(value))
    .filter(([field, value]) => JSON.stringify(DEFAULTS[field as RequestField]) !== JSON.stringify(value))
    .map(([field, value]) => [field, SETS.includes(field as RequestField) ? (value as string[]).toSorted() : value]);
  return { image, name, env: env.toSorted(), ...(Object.fromEntries(kept) as object) };
}

/** Restarts in a short time that are a crash loop. */
const CRASH_LOOP_RESTARTS = 2;
/** The process of a crash loop ends within this time, in milliseconds. */
const CRASH_LOOP_RUN_MS = 10_000;

/** Whether systemd keeps starting the process of the service, and it keeps ending. */
const isCrashLoop = ({ state }: Service): boolean =>
  state.sub.startsWith("auto-restart") &&
  state.restarts >= CRASH_LOOP_RESTARTS &&
  state.endedAt - state.startedAt < CRASH_LOOP_RUN_MS;

/** The state of a service, from that of its unit and its container. */
export function stateOf(service: Service): ServiceState {
  const { state, container, record } = service;
  if (container?.running && ["active", "reloading"].includes(state.active)) {
    if (container.health === "unhealthy") return "failed";
    return container.health === "starting" ? "pending" : "running";
  }
  if (state.active === "active") return state.sub === "exited" ? "completed" : "pending";
  if (state.active === "inactive") return "stopped";
  if (record.stopped) return state.active === "failed" ? "stopped" : "pending";
  return state.active === "failed" || isCrashLoop(service) ? "failed" : "pending";
}

/** Whether the last process of the service has ended. */
export const hasEnded = ({ state, container }: Service): boolean => !container?.running && state.endedAt > 0;

function instanceStatus(service: Service): InstanceStatus | undefined {
  const { name, state, container } = service;
  const running = container?.running === true;
  const id = running ? container.id : state.invocation;
  if (id === "") return undefined;
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  return {
    id,
    name,
    state: stateOf(service),
    engineState: `${state.active} (${state.sub})`,
    ...(running && container.health && { health: container.health }),
    ...(hasEnded(service) && { exitCode: state.exitCode, finishedAt: time(state.endedAt) }),
    ...(state.startedAt > 0 && { startedAt: time(state.startedAt) }),
    restarts: state.restarts,
  };
}

/** Whether a deploy or an update is in progress or was interrupted: before systemd has read the unit, or before it was proven. */
export const isUnfinished = ({ state, replaced }: Service): boolean =>
  replaced !== undefined || state.load === "not-found";

/** Whether a process of the service runs, or systemd is about to start one. */
export const hasProcesses = ({ state }: Service): boolean =>
  !["inactive", "failed"].includes(state.active) && state.sub !== "exited";

/** The published ports. Podman chooses the host ports that the request leaves out. */
function publishedPorts({ record, container }: Service): ServiceStatus["ports"] {
  const { ports = [], networks = [] } = record.request;
  if (networks.includes("host") || networks.includes("none")) return [];
  return ports.map((port) => {
    if (port.published !== undefined) return { ...port };
    const found = container?.ports.find(
      ({ container_port: first, range, protocol }) =>
        protocol === port.protocol && port.target >= first && port.target < first + range,
    );
    return found === undefined
      ? { ...port }
      : { ...port, published: found.host_port + port.target - found.container_port };
  });
}

export function statusOf(service: Service): ServiceStatus {
  const { name, record, revision, previous, edited } = service;
  const { image, labels = {} } = record.request;
  const state = stateOf(service);
  const instance = instanceStatus(service);
  return {
    name,
    ids: [record.id],
    image,
    state,
    replicas: { running: state === "running" ? 1 : 0, desired: 1 },
    ports: publishedPorts(service),
    labels: { ...labels },
    createdAt: new Date(record.created / 1000).toISOString(),
    instances: instance === undefined ? [] : [instance],
    settings: settingsOf(record.request),
    ...(edited && { unmappedSettings: ["changes that were made to the unit file by hand"] }),
    revision,
    ...(isUnfinished(service) && { unfinished: true as const }),
    ...(previous && {
      previous: { image: previous.record.request.image, labels: { ...previous.record.request.labels } },
    }),
  };
}
