import type { NormalizedRequest, PreflightOptions, ServiceStatus } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type CheckedRequest,
  type ContainerSummary,
  type DockerEngine,
  ifNeeded,
  type NamedResource,
  type NetworkDetails,
  type NodeDetails,
  type TaskDetails,
  type VolumeDetails,
} from "@openfactory/docker-engine";
import type { ContainerMount } from "@openfactory/docker-translators";
import { serviceSummary } from "../observe/status.js";
import { hasEnded, TASK_LABEL } from "../observe/tasks.js";

/** The number of tasks of a request that run at the same time; 1 for a global service, which has at least one. */
export function tasksOf({ mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest): number {
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.MaxConcurrent ?? 1;
  return 1;
}

/** An existing service, with what a request may conflict with. */
export type ExistingService = Pick<ServiceStatus, "name" | "ids" | "image" | "ports" | "settings"> & {
  /** Set if `settings` is unknown. */
  readonly mounts?: readonly ContainerMount[];
};

/** The state of the swarm. Lists that no request needs are empty. */
export interface EngineSnapshot {
  apiVersion: string;
  services: readonly ExistingService[];
  nodes: readonly NodeDetails[];
  networks: readonly NetworkDetails[];
  /** Tasks that run or are about to. */
  tasks: readonly TaskDetails[];
  secrets: ReadonlySet<string>;
  configs: ReadonlySet<string>;
  /** The volumes of the manager's own node: those of other nodes can't be listed. */
  volumes: readonly VolumeDetails[];
  /** The running containers of the manager's own node that belong to no task. */
  containers: readonly ContainerSummary[];
  /** The id of the manager's own node. */
  managerId?: string;
}

/** Lists what the requests need: one call for each kind, for any number of requests. */
export async function takeSnapshot(
  engine: DockerEngine,
  requests: readonly CheckedRequest[],
  { signal, listed }: PreflightOptions,
): Promise<EngineSnapshot> {
  const options = { signal };
  const [
    apiVersion,
    services,
    nodes = [],
    networks = [],
    tasks = [],
    secrets,
    configs,
    volumes = [],
    info,
    containers = [],
  ] = await Promise.all([
    engine.apiVersion(options),
    listed ?? listServices(engine, options),
    ifNeeded(requests, needsNodes, () => engine.nodes.list(options)),
    ifNeeded(requests, needsNetworks, () => engine.networks.list({}, options)),
    ifNeeded(requests, needsTasks, () => engine.tasks.list({ "desired-state": ["running"] }, options)),
    ifNeeded(requests, needsSecrets, () => engine.secrets.list({}, options)),
    ifNeeded(requests, needsConfigs, () => engine.configs.list({}, options)),
    ifNeeded(requests, needsVolumes, () => engine.volumes.list({}, options)),
    ifNeeded(requests, needsVolumes, () => engine.info(options)),
    ifNeeded(requests, needsContainers, () => engine.containers.list({}, options)),
  ]);
  return {
    apiVersion,
    services,
    nodes,
    networks,
    tasks: tasks.filter((task) => task.DesiredState === "running" && !hasEnded(task)),
    secrets: namesOf(secrets),
    configs: namesOf(configs),
    volumes,
    containers: containers.filter(({ Labels }) => Labels[TASK_LABEL] === undefined),
    managerId: info?.Swarm.NodeID,
  };
}

const listServices = async (engine: DockerEngine, options: CallOptions): Promise<ExistingService[]> =>
  (await engine.services.list({}, options)).map((service) => {
    const mounts = service.Spec.TaskTemplate.ContainerSpec?.Mounts;
    return { ...serviceSummary(service), ...(mounts && { mounts }) };
  });

const needsNetworks = ({ request: { networks = [] } }: CheckedRequest): boolean => networks.length > 0;
const needsSecrets = ({ request: { secrets = [] } }: CheckedRequest): boolean => secrets.length > 0;
const needsConfigs = ({ request: { configs = [] } }: CheckedRequest): boolean => configs.length > 0;

/** An update without requirements on nodes keeps running on the nodes that it has. */
export const needsNodes = (checked: CheckedRequest): boolean => {
  const { constraints = [], resources } = checked.request;
  return (
    !checked.updates ||
    constraints.length > 0 ||
    resources !== undefined ||
    needsTasks(checked) ||
    needsVolumes(checked)
  );
};

const needsTasks = ({ request: { ports = [], resources } }: CheckedRequest): boolean =>
  resources?.Reservations !== undefined ||
  ports.some(({ mode, published }) => mode === "host" && published !== undefined);

/** A service to update already has its ports. The update itself reports a conflict of a port that it adds. */
const needsContainers = ({ request: { ports = [] }, updates }: CheckedRequest): boolean =>
  !updates && ports.some(({ mode, published }) => mode === "ingress" && published !== undefined);

const needsVolumes = ({ request: { mounts = [] } }: CheckedRequest): boolean =>
  mounts.some(({ VolumeOptions }) => VolumeOptions?.DriverConfig !== undefined);

const namesOf = (resources: readonly NamedResource[] = []): ReadonlySet<string> =>
  new Set(resources.map(({ Spec }) => Spec.Name));
