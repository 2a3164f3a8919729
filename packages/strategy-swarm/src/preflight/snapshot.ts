import type {
  Mount,
  NormalizedRequest,
  PreflightOptions,
  PreflightProblem,
  ServiceStatus,
} from "@openfactory/deploy-core";
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
import { serviceSummary } from "../observe/status.js";

/** A service that is there, as far as it can stand in the way. */
export type ExistingService = Pick<ServiceStatus, "name" | "ids" | "image" | "ports" | "settings"> & {
  /** Where the settings are not known. */
  readonly mounts?: readonly Mount[];
};

/** What a swarm has, as far as some requests make it worth asking for. */
export interface EngineSnapshot {
  apiVersion: string;
  services: readonly ExistingService[];
  nodes: readonly NodeDetails[];
  networks: readonly NetworkDetails[];
  /** Those that run, or are about to. */
  tasks: readonly TaskDetails[];
  secrets: ReadonlySet<string>;
  configs: ReadonlySet<string>;
  /** Of the manager's own node: no other node can be asked. */
  volumes: readonly VolumeDetails[];
  /** Of the manager's own node: those that run and are no tasks. */
  containers: readonly ContainerSummary[];
  /** The manager's own node. */
  managerId?: string;
}

/** One call for each kind of thing that the requests need, whatever their number. */
export async function look(
  engine: DockerEngine,
  candidates: readonly CheckedRequest[],
  { signal, listed }: PreflightOptions,
): Promise<EngineSnapshot> {
  const options = { signal };
  const listIfNeeded = async <Found>(
    needs: (candidate: CheckedRequest) => boolean,
    list: () => Promise<Found[]>,
  ): Promise<Found[]> => (candidates.some(needs) ? list() : []);
  const [apiVersion, services, nodes, networks, tasks, secrets, configs, volumes, managers, containers] =
    await Promise.all([
      engine.apiVersion(options),
      listed ?? listServices(engine, options),
      listIfNeeded(needsNodes, () => engine.nodes.list(options)),
      listIfNeeded(
        ({ request }) => Boolean(request.networks?.length),
        () => engine.networks.list({}, options),
      ),
      listIfNeeded(needsTasks, () => engine.tasks.list({ "desired-state": ["running"] }, options)),
      listIfNeeded(
        ({ request }) => Boolean(request.secrets?.length),
        () => engine.secrets.list({}, options),
      ),
      listIfNeeded(
        ({ request }) => Boolean(request.configs?.length),
        () => engine.configs.list({}, options),
      ),
      listIfNeeded(needsVolumes, () => engine.volumes.list({}, options)),
      listIfNeeded(needsVolumes, async () => [await engine.info(options)]),
      listIfNeeded(needsIngressPorts, () => engine.containers.list({}, options)),
    ]);
  return {
    apiVersion,
    services,
    nodes,
    networks,
    tasks: tasks.filter(isActive),
    secrets: namesOf(secrets),
    configs: namesOf(configs),
    volumes,
    containers: containers.filter(({ Labels }) => Labels["com.docker.swarm.task.id"] === undefined),
    managerId: managers[0]?.Swarm.NodeID,
  };
}

const listServices = async (engine: DockerEngine, options: CallOptions): Promise<ExistingService[]> =>
  (await engine.services.list({}, options)).map((service) => {
    const mounts = service.Spec.TaskTemplate.ContainerSpec?.["Mounts"] as readonly Mount[] | undefined;
    return { ...serviceSummary(service), ...(mounts && { mounts }) };
  });

/** A service that runs, and asks nothing of nodes, has those that it runs on. */
export const needsNodes = (candidate: CheckedRequest): boolean => {
  const { constraints = [], resources } = candidate.request;
  return (
    !candidate.updates ||
    constraints.length > 0 ||
    resources !== undefined ||
    needsTasks(candidate) ||
    needsVolumes(candidate)
  );
};

const needsTasks = ({ request: { ports = [], resources } }: CheckedRequest): boolean =>
  resources?.Reservations !== undefined ||
  ports.some(({ mode, published }) => mode === "host" && published !== undefined);

/** A service that is updated has its ports already, but for one that the update adds: that one the deploy itself reports. */
const needsIngressPorts = ({ request: { ports = [] }, updates }: CheckedRequest): boolean =>
  !updates && ports.some(({ mode, published }) => mode === "ingress" && published !== undefined);

const needsVolumes = ({ request: { mounts = [] } }: CheckedRequest): boolean =>
  mounts.some(({ VolumeOptions }) => VolumeOptions?.DriverConfig !== undefined);

const ENDED: ReadonlySet<string> = new Set(["complete", "shutdown", "failed", "rejected", "remove", "orphaned"]);
const isActive = ({ Status, DesiredState }: TaskDetails): boolean =>
  DesiredState === "running" && !ENDED.has(Status.State);

const namesOf = (resources: readonly NamedResource[]): ReadonlySet<string> =>
  new Set(resources.map(({ Spec }) => Spec.Name));

/** A request that is about to be deployed, or to which a service is about to be updated. */
export interface CheckedRequest {
  readonly request: NormalizedRequest;
  readonly updates: boolean;
}

export const problem = ({ request }: CheckedRequest, found: Omit<PreflightProblem, "service">): PreflightProblem => ({
  ...found,
  service: request.name,
});

/** How many tasks of a request run at the same time; of a global one, one at least. */
export function tasksOf({ mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest): number {
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.MaxConcurrent ?? 1;
  return 1;
}
