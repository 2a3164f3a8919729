import {
  DeploymentError,
  isServiceName,
  type ListOptions,
  type OperationOptions,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import {
  type DockerEngine,
  hasLabels,
  labelFilter,
  perEngine,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { type NetworkNames, unmappedServiceSettings } from "@openfactory/docker-translators";
import { NetworkLookup, networkNames, previousSpec, withPreviousSettings, withSettings } from "../settings.js";
import { BatchPoller, NO_DELAY, type PollInterval, sharedLookup } from "./batch-poller.js";
import { listNamed, listSwarm } from "./list-named.js";
import { listTasks, listTasksOf, type ListTasksOptions } from "./list-tasks.js";
import { hasOneVersion, isConverged, serviceStatus, statusFromCounts, taskOfOneVersion } from "./status.js";
import {
  isGlobal,
  isSameObservation,
  isSameVersion,
  type NodesById,
  nodesById,
  type Observation,
  wasNeverUpdated,
} from "./tasks.js";
import { replacedBeforeRunning } from "./update-state.js";

/** Concurrent lookups share one call. */
const serviceLookups = perEngine(
  (engine) =>
    new BatchPoller<string, ServiceDetails | undefined>(async (names) => {
      const services = await servicesByName(engine, names);
      return (name) => services.get(name);
    }, NO_DELAY),
);

/**
 * The service with exactly this name.
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
 * The services with exactly these names, in one call or one for each part of {@link listNamed}. The engine's filter matches
 * prefixes, and its lookup by name also accepts ids: neither is exact.
 * @param earlier services by id. Each that has not changed since is returned instead of an equal one, to save memory: the swarm
 * increments the version of a service with every change.
 */
async function servicesByName(
  engine: DockerEngine,
  names: readonly string[],
  earlier: ReadonlyMap<string, ServiceDetails> = new Map(),
): Promise<Map<string, ServiceDetails>> {
  const wanted = new Set(names.filter(isServiceName));
  if (wanted.size === 0) return new Map();
  const readWanted = (service: ServiceDetails): ServiceDetails | undefined => {
    if (!wanted.has(service.Spec.Name)) return undefined;
    const before = earlier.get(service.ID);
    return before !== undefined && isSameVersion(before, service) ? before : service;
  };
  const listed = await listNamed(engine, [...wanted], (part) => listSwarm(engine, part, readWanted));
  return new Map(listed.flatMap((service) => (service === undefined ? [] : [[service.Spec.Name, service]])));
}

export const serviceNotFound = (engine: DockerEngine, serviceName: string): DeploymentError => {
  const name = isServiceName(serviceName) ? serviceName : JSON.stringify(serviceName);
  return new DeploymentError("NOT_FOUND", `There is no service ${name} on the swarm of ${engine.host}.`, {
    hint: "Names must match exactly. `ofdeploy ps` and `docker service ls` list the services.",
  });
};

const lookUpNodes = sharedLookup(async (engine) => nodesById(await engine.nodes.list()));

/** The tasks of services by id. Concurrent lookups share one call. */
const taskLookups = perEngine(
  (engine) =>
    new BatchPoller<string, TaskDetails[]>(async (ids) => {
      const tasks = await tasksByService(
        engine,
        ids.map((ID) => ({ ID })),
      );
      return (id) => tasks.get(id) ?? [];
    }, NO_DELAY),
);

/** A service, its tasks and all nodes: three calls, which concurrent callers share. @throws DeploymentError `NOT_FOUND`. */
export async function observe(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<Observation> {
  const [service, nodes] = await Promise.all([
    findService(engine, serviceName, { signal }),
    lookUpNodes(engine, { signal, service: serviceName }),
  ]);
  const tasks = await taskLookups(engine).next(service.ID, { signal, service: serviceName });
  return { service, tasks, nodes };
}

/** The tasks of services, by service id, as {@link listTasks} lists them. */
async function tasksByService(
  engine: DockerEngine,
  services: readonly Pick<ServiceDetails, "ID">[],
  options?: ListTasksOptions,
): Promise<Map<string, TaskDetails[]>> {
  return Map.groupBy(await listTasks(engine, services, options), ({ ServiceID }) => ServiceID);
}

/** Swarm has no events of tasks, so managers must be polled. A wait ends at most 100 ms and one poll after the change. */
const POLL_INTERVAL: PollInterval = { minDelayMs: 40, backoffFactor: 5, maxDelayMs: 100 };

/** A service to observe. */
export interface ObservedService {
  readonly name: string;
  /** An earlier observation. It is returned again if nothing has changed, or else its service if that has not. */
  readonly last?: Observation | undefined;
}

/**
 * Observes services by their exact names, in two calls, or two for each part of {@link listNamed}. Throws DeploymentError
 * `NOT_FOUND` for a name without service. The tasks of a service that was never updated are reduced to what its status needs.
 */
export const servicePoller = perEngine((engine) => {
  let nodes: NodesById = new Map();
  return new BatchPoller<ObservedService, Observation>(async (wanted) => {
    const names = wanted.map(({ name }) => name);
    const earlier = new Map(wanted.flatMap(({ last }) => (last ? [[last.service.ID, last.service]] : [])));
    const services = await servicesByName(engine, names, earlier);
    const found = [...services.values()];
    const neverUpdated = new Set(found.filter(wasNeverUpdated).map(({ ID }) => ID));
    const reduce = (task: TaskDetails) => (neverUpdated.has(task.ServiceID) ? taskOfOneVersion(task) : task);
    const tasks =
      found.length === 0 ? new Map<string, TaskDetails[]>() : await tasksByService(engine, found, { reduce });
    // Nodes rarely change: list them again only for a task on an unknown node, for global services, and when a node may
    // have been lost.
    const isKnown = ({ NodeID }: TaskDetails): boolean => NodeID === undefined || nodes.has(NodeID);
    const mayBeBlocked = (service: ServiceDetails): boolean =>
      replacedBeforeRunning(service, tasks.get(service.ID) ?? []).length > 0;
    const needsNodes = found.some(isGlobal) || found.some(mayBeBlocked) || ![...tasks.values()].flat().every(isKnown);
    if (needsNodes) nodes = nodesById(await engine.nodes.list());
    return ({ name, last }) => {
      const service = services.get(name);
      if (service === undefined) throw serviceNotFound(engine, name);
      const observed = { service, tasks: tasks.get(service.ID) ?? [], nodes };
      return last !== undefined && isSameObservation(last, observed) ? last : observed;
    };
  }, POLL_INTERVAL);
});

/** A service that was removed. */
export interface RemovedService {
  readonly name: string;
  readonly id: string;
}

/**
 * Lists the tasks of removed services, in one call, or one for each part of {@link listNamed}. The engine rejects the id of a
 * removed service as a filter, but lists the tasks until their nodes have reported that the containers ended. The name of a
 * task begins with that of its service (swarmkit, api/naming: `service.slot.id`).
 */
export const remainingTasksPoller = perEngine(
  (engine) =>
    new BatchPoller<RemovedService, TaskDetails[]>(async (removed) => {
      const prefixes = removed.map(({ name }) => `${name}.`);
      const ids = new Set(removed.map(({ id }) => id));
      const listed = await listNamed(engine, prefixes, (name) =>
        listTasksOf(engine, ids, { filters: name ? { name } : {}, reduce: taskOfOneVersion }),
      );
      const tasks = Map.groupBy(listed, ({ ServiceID }) => ServiceID);
      return ({ id }) => tasks.get(id) ?? [];
    }, POLL_INTERVAL),
);

/**
 * A service with its settings and those of its previous version: three calls, and one more if it has networks.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function inspectService(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions,
): Promise<ServiceStatus> {
  const { service, tasks, nodes } = await observe(engine, serviceName, options);
  const specs = [service.Spec, previousSpec(service)].filter((spec) => spec !== undefined);
  const networks = await networkNames(engine, specs, { signal: options.signal });
  const unmapped = unmappedServiceSettings(service.Spec);
  return {
    ...withPreviousSettings(withSettings(serviceStatus(service, tasks, nodes), service, networks), service, networks),
    ...(unmapped.length > 0 && { unmappedSettings: unmapped }),
  };
}

/**
 * All services with these labels, sorted by name. One call if `instances` is false and all services have converged,
 * otherwise three; one more call if some have networks, and two if tasks of an earlier version can run. With `instances: false`,
 * only services that have not converged list their instances.
 *
 * A swarm can have thousands of services: each becomes a status while the others arrive, so that the engine's data about all of
 * them is not in memory at once, and a status without relevance has no settings.
 */
export async function listServices(
  engine: DockerEngine,
  labels: Readonly<Record<string, string>>,
  { signal, instances = true, isRelevant = () => true }: ServiceListOptions,
): Promise<ServiceStatus[]> {
  const networks = new NetworkLookup(engine, { signal });
  const summarize = (status: ServiceStatus, service: ServiceDetails, names: NetworkNames): ServiceStatus => {
    const whole = withSettings(status, service, names);
    if (isRelevant(whole)) return whole;
    const { settings: _, ...rest } = whole;
    return rest;
  };
  const early = instances && Object.keys(labels).length === 0 ? await listEarly(engine, { signal }) : undefined;
  const statusOf = (service: ServiceDetails): ServiceStatus | undefined => {
    if (!instances && isConverged(service)) return statusFromCounts(service);
    if (early === undefined || !hasOneVersion(service)) return undefined;
    return serviceStatus(service, early.tasks.get(service.ID) ?? [], early.nodes);
  };
  const listed = await engine.services.listEach(
    (service): Listed | Promise<Listed> => {
      if (!hasLabels(service.Spec.Labels, labels)) return undefined;
      const status = statusOf(service);
      if (status === undefined) return { service };
      const names = networks.namesFor(service.Spec);
      return names instanceof Promise
        ? names.then((known) => ({ status: summarize(status, service, known) }))
        : { status: summarize(status, service, names) };
    },
    labelFilter(labels),
    { signal },
  );
  const inspected = listed.flatMap((each) => each?.service ?? []);
  const [tasks, listedNodes = []] =
    inspected.length === 0
      ? []
      : await Promise.all([tasksByService(engine, inspected, { signal }), engine.nodes.list({ signal })]);
  const nodes = nodesById(listedNodes);
  const statuses: ServiceStatus[] = [];
  for (const each of listed) {
    if (each?.status !== undefined) statuses.push(each.status);
    if (each?.service === undefined) continue;
    const { service } = each;
    const status = serviceStatus(service, tasks?.get(service.ID) ?? [], nodes);
    statuses.push(summarize(status, service, await networks.namesFor(service.Spec)));
  }
  return statuses.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The tasks of all services, by service id, and the nodes, before the services: then the status of each service is complete when
 * the service arrives. The tasks are reduced to what the status of a service with one version needs.
 */
async function listEarly(
  engine: DockerEngine,
  options: Pick<OperationOptions, "signal">,
): Promise<{ tasks: ReadonlyMap<string, TaskDetails[]>; nodes: NodesById }> {
  const [tasks, nodes] = await Promise.all([
    engine.tasks.listEach(taskOfOneVersion, {}, options),
    engine.nodes.list(options),
  ]);
  return { tasks: Map.groupBy(tasks, ({ ServiceID }) => ServiceID), nodes: nodesById(nodes) };
}

type ServiceListOptions = Pick<ListOptions, "signal" | "instances" | "isRelevant">;

/** A service of a listing: its status, or the service if the status takes further calls; undefined if it is not wanted. */
type Listed =
  | { readonly status: ServiceStatus; readonly service?: undefined }
  | { readonly service: ServiceDetails; readonly status?: undefined }
  | undefined;
