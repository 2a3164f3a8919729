import type { NormalizedRequest, PreflightOptions, PreflightProblem, ServiceStatus } from "@openfactory/deploy-core";
import type {
  CallOptions,
  ContainerSummary,
  DockerEngine,
  NamedResource,
  NetworkDetails,
  NodeDetails,
  TaskDetails,
  VolumeDetails,
} from "@openfactory/docker-engine";
import type { ContainerMount } from "@openfactory/docker-translators";
import { serviceSummary } from "../observe/status.js";
import { hasEnded } from "../observe/tasks.js";

/** A valid request to check, for a new service or for an update of an existing one. */
export interface CheckedRequest {
  readonly request: NormalizedRequest;
  readonly updates: boolean;
}

export const problem = ({ request }: CheckedRequest, found: Omit<PreflightProblem, "service">): PreflightProblem => ({
  ...found,
  service: request.name,
});

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
  const ifNeeded = async <Item>(
    needs: (request: CheckedRequest) => boolean,
    list: () => Promise<Item[]>,
  ): Promise<Item[]> => (requests.some(needs) ? list() : []);
  const [apiVersion, services, nodes, networks, tasks, secrets, configs, volumes, managers, containers] =
    await Promise.all([
      engine.apiVersion(options),
      listed ?? listServices(engine, options),
      ifNeeded(needsNodes, () => engine.nodes.list(options)),
      ifNeeded(
        ({ request }) => Boolean(request.networks?.length),
        () => engine.networks.list({}, options),
      ),
      ifNeeded(needsTasks, () => engine.tasks.list({ "desired-state": ["running"] }, options)),
      ifNeeded(
        ({ request }) => Boolean(request.secrets?.length),
        () => engine.secrets.list({}, options),
      ),
      ifNeeded(
        ({ request }) => Boolean(request.configs?.length),
        () => engine.configs.list({}, options),
      ),
      ifNeeded(needsVolumes, () => engine.volumes.list({}, options)),
      ifNeeded(needsVolumes, async () => [await engine.info(options)]),
      ifNeeded(needsContainers, () => engine.containers.list({}, options)),
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
    containers: containers.filter(({ Labels }) => Labels["com.docker.swarm.task.id"] === undefined),
    managerId: managers[0]?.Swarm.NodeID,
  };
}

const listServices = async (engine: DockerEngine, options: CallOptions): Promise<ExistingService[]> =>
  (await engine.services.list({}, options)).map((service) => {
    const mounts = service.Spec.TaskTemplate.ContainerSpec?.Mounts;
    return { ...serviceSummary(service), ...(mounts && { mounts }) };
  });

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

const namesOf = (resources: readonly NamedResource[]): ReadonlySet<string> =>
  new Set(resources.map(({ Spec }) => Spec.Name));
