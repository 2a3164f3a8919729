import { DeploymentError, isServiceName, type OperationOptions, type ServiceStatus } from "@openfactory/deploy-core";
import type { DockerEngine, Filters, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { networkNames, withSettings } from "../settings.js";
import { BatchPoller, NO_DELAY, perEngine, type PollInterval } from "./batch-poller.js";
import { isConverged, serviceStatus, statusFromCounts } from "./status.js";
import { isGlobal, type NodesById, nodesById } from "./tasks.js";

/** A service and its tasks at one moment. */
export interface Observation {
  service: ServiceDetails;
  tasks: TaskDetails[];
  nodes: NodesById;
}

/** Service, tasks and nodes: three calls. @throws DeploymentError `NOT_FOUND`. */
export async function observe(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<Observation> {
  const [service, nodes] = await Promise.all([
    findService(engine, serviceName, { signal }),
    engine.nodes.list({ signal }),
  ]);
  const tasks = await engine.tasks.list({ service: [service.ID] }, { signal });
  return { service, tasks, nodes: nodesById(nodes) };
}

/** The engine's own filter takes one of several labels for all, and a label without a value for any value. */
const carries = (present: Record<string, string> = {}, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => present[name] === value);

/** A service with its settings: three calls, and one more where it has networks. @throws DeploymentError `NOT_FOUND`. */
export async function inspectService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ServiceStatus> {
  const { service, tasks, nodes } = await observe(engine, serviceName, options);
  const networks = await networkNames(engine, [service], { signal: options.signal });
  return withSettings(serviceStatus(service, tasks, nodes), service, networks);
}

/**
 * All services with these labels, in one call where each is as it should be, or in three, and one more where some have
 * networks. Instances are found for those that are not as they should be, and for all where they are wanted.
 */
export async function listServices(
  engine: DockerEngine,
  labels: Readonly<Record<string, string>>,
  { signal, instances = true }: { signal?: AbortSignal; instances?: boolean },
): Promise<ServiceStatus[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const listed = await engine.services.list(label.length > 0 ? { label } : {}, { signal });
  const services = listed.filter(({ Spec }) => carries(Spec.Labels, labels));
  const needsTasks = (service: ServiceDetails): boolean => instances || !isConverged(service);
  const looked = services.filter(needsTasks);
  const [tasks, listedNodes = []] =
    looked.length === 0
      ? []
      : await Promise.all([tasksByService(engine, looked, { signal }), engine.nodes.list({ signal })]);
  const nodes = nodesById(listedNodes);
  const networks = await networkNames(engine, services, { signal });
  const statusOf = (service: ServiceDetails): ServiceStatus =>
    needsTasks(service) ? serviceStatus(service, tasks?.get(service.ID) ?? [], nodes) : statusFromCounts(service);
  return services
    .map((service) => withSettings(statusOf(service), service, networks))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The tasks of services, by service id: one call. */
async function tasksByService(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  { signal }: OperationOptions = {},
): Promise<Map<string, TaskDetails[]>> {
  const filter: Filters = services.length > MAX_FILTER_NAMES ? {} : { service: services.map(({ ID }) => ID) };
  return Map.groupBy(await engine.tasks.list(filter, { signal }), ({ ServiceID }) => ServiceID);
}

/** More services than these are not named one by one: a listing of all is shorter than the filter. */
export const MAX_FILTER_NAMES = 100;

/** Those that look for services at the same time share a call. */
const serviceLookups = perEngine(
  (engine) =>
    new BatchPoller<string, ServiceDetails | undefined>(async (names) => {
      const found = await servicesByName(engine, names);
      return (name) => found.get(name);
    }, NO_DELAY),
);

/**
 * The service of exactly that name.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function findService(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<ServiceDetails> {
  const isName = isServiceName(serviceName);
  const service = isName ? await serviceLookups(engine).next(serviceName, { signal, service: serviceName }) : undefined;
  return service ?? Promise.reject(serviceNotFound(engine, serviceName));
}

/**
 * Services of exactly these names, in one call. The engine's filter takes beginnings of names, and its look-up by name
 * takes ids as well: neither is exact.
 */
async function servicesByName(
  engine: DockerEngine,
  names: readonly string[],
): Promise<Map<string, ServiceDetails>> {
  const wanted = names.filter(isServiceName);
  const listed =
    wanted.length === 0 ? [] : await engine.services.list(wanted.length > MAX_FILTER_NAMES ? {} : { name: wanted });
  return new Map(listed.map((service) => [service.Spec.Name, service]));
}

export const serviceNotFound = (engine: DockerEngine, serviceName: string): DeploymentError => {
  const name = isServiceName(serviceName) ? serviceName : JSON.stringify(serviceName);
  return new DeploymentError("NOT_FOUND", `There is no service ${name} on the swarm of ${engine.host}.`, {
    hint: "Names are exact; `ofdeploy ps` or `docker service ls` lists what is there.",
  });
};

/** Swarm tells no events of tasks: managers must be asked. Nobody is told later than 100 ms and a look after the swarm knows. */
const POLL_INTERVAL: PollInterval = { least: 40, times: 5, most: 100 };

/** Looks at services by their exact names, in two calls. It throws DeploymentError `NOT_FOUND` for one that is not there. */
export const servicePoller = perEngine((engine) => {
  let nodes: NodesById = new Map();
  return new BatchPoller<string, Observation>(async (names) => {
    const services = await servicesByName(engine, names);
    const found = names.flatMap((name) => services.get(name) ?? []);
    const tasks = found.length === 0 ? new Map<string, TaskDetails[]>() : await tasksByService(engine, found);
    // Nodes come and go seldom: they are asked for anew only for a task on one that is not known, and where each counts.
    const isKnown = ({ NodeID }: TaskDetails): boolean => NodeID === undefined || nodes.has(NodeID);
    const needsNodes = found.some(isGlobal) || ![...tasks.values()].flat().every(isKnown);
    if (needsNodes) nodes = nodesById(await engine.nodes.list());
    return (name) => {
      const service = services.get(name);
      if (service === undefined) throw serviceNotFound(engine, name);
      return { service, tasks: tasks.get(service.ID) ?? [], nodes };
    };
  }, POLL_INTERVAL);
});

/**
 * Looks at the tasks of services that are gone, by the services' ids, in one call: the engine takes no such service for a
 * filter, but lists its tasks until their nodes have told that the containers ended.
 */
export const remainingTasksPoller = perEngine(
  (engine) =>
    new BatchPoller<string, TaskDetails[]>(async () => {
      const tasks = Map.groupBy(await engine.tasks.list({}), ({ ServiceID }) => ServiceID);
      return (id) => tasks.get(id) ?? [];
    }, POLL_INTERVAL),
);
