import type { Mount, PreflightOptions, ServiceStatus } from "@openfactory/deploy-core";
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
import { serviceFacts } from "../status.js";
import type { Candidate } from "./candidate.js";

/** A service that is there, as far as it can stand in the way. */
export type PresentService = Pick<ServiceStatus, "name" | "ids" | "image" | "ports" | "settings"> & {
  /** Where the settings are not known. */
  readonly mounts?: readonly Mount[];
};

/** What a swarm has, as far as some requests make it worth asking for. */
export interface World {
  apiVersion: string;
  services: readonly PresentService[];
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
  candidates: readonly Candidate[],
  { signal, listed }: PreflightOptions,
): Promise<World> {
  const options = { signal };
  const ifSome = async <Found>(
    needs: (candidate: Candidate) => boolean,
    list: () => Promise<Found[]>,
  ): Promise<Found[]> => (candidates.some(needs) ? list() : []);
  const [apiVersion, services, nodes, networks, tasks, secrets, configs, volumes, managers, containers] =
    await Promise.all([
      engine.apiVersion(options),
      listed ?? listServices(engine, options),
      ifSome(asksOfNodes, () => engine.nodes.list(options)),
      ifSome(
        ({ request }) => Boolean(request.networks?.length),
        () => engine.networks.list({}, options),
      ),
      ifSome(needsTasks, () => engine.tasks.list({ "desired-state": ["running"] }, options)),
      ifSome(
        ({ request }) => Boolean(request.secrets?.length),
        () => engine.secrets.list({}, options),
      ),
      ifSome(
        ({ request }) => Boolean(request.configs?.length),
        () => engine.configs.list({}, options),
      ),
      ifSome(needsVolumes, () => engine.volumes.list({}, options)),
      ifSome(needsVolumes, async () => [await engine.info(options)]),
      ifSome(needsIngressPorts, () => engine.containers.list({}, options)),
    ]);
  return {
    apiVersion,
    services,
    nodes,
    networks,
    tasks: tasks.filter(isUp),
    secrets: namesOf(secrets),
    configs: namesOf(configs),
    volumes,
    containers: containers.filter(({ Labels }) => Labels["com.docker.swarm.task.id"] === undefined),
    managerId: managers[0]?.Swarm.NodeID,
  };
}

const listServices = async (engine: DockerEngine, options: CallOptions): Promise<PresentService[]> =>
  (await engine.services.list({}, options)).map((service) => {
    const mounts = service.Spec.TaskTemplate.ContainerSpec?.["Mounts"] as readonly Mount[] | undefined;
    return { ...serviceFacts(service), ...(mounts && { mounts }) };
  });

/** A service that runs, and asks nothing of nodes, has those that it runs on. */
export const asksOfNodes = (candidate: Candidate): boolean => {
  const { constraints = [], resources } = candidate.request;
  return (
    !candidate.updates ||
    constraints.length > 0 ||
    resources !== undefined ||
    needsTasks(candidate) ||
    needsVolumes(candidate)
  );
};

const needsTasks = ({ request: { ports = [], resources } }: Candidate): boolean =>
  resources?.Reservations !== undefined ||
  ports.some(({ mode, published }) => mode === "host" && published !== undefined);

/** A service that is updated has its ports already, but for one that the update adds: that one the deploy itself reports. */
const needsIngressPorts = ({ request: { ports = [] }, updates }: Candidate): boolean =>
  !updates && ports.some(({ mode, published }) => mode === "ingress" && published !== undefined);

const needsVolumes = ({ request: { mounts = [] } }: Candidate): boolean =>
  mounts.some(({ VolumeOptions }) => VolumeOptions?.DriverConfig !== undefined);

const ENDED: ReadonlySet<string> = new Set(["complete", "shutdown", "failed", "rejected", "remove", "orphaned"]);
const isUp = ({ Status, DesiredState }: TaskDetails): boolean => DesiredState === "running" && !ENDED.has(Status.State);

const namesOf = (resources: readonly NamedResource[]): ReadonlySet<string> =>
  new Set(resources.map(({ Spec }) => Spec.Name));
