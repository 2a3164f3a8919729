import type { OperationOptions, ServiceStatus } from "@openfactory/deploy-core";
import type { DockerEngine, Filters, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { countedStatus, isAsItShouldBe } from "./counted-status.js";
import { findService, MOST_FILTERED } from "./find-service.js";
import { networkNames } from "./network-names.js";
import { withSettings } from "./settings.js";
import { serviceStatus } from "./status.js";
import { type Nodes, nodesById } from "./tasks.js";

/** A service and its tasks at one moment. */
export interface Observation {
  service: ServiceDetails;
  tasks: TaskDetails[];
  nodes: Nodes;
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
  const needsTasks = (service: ServiceDetails): boolean => instances || !isAsItShouldBe(service);
  const looked = services.filter(needsTasks);
  const [tasks, listedNodes = []] =
    looked.length === 0
      ? []
      : await Promise.all([tasksByService(engine, looked, { signal }), engine.nodes.list({ signal })]);
  const nodes = nodesById(listedNodes);
  const networks = await networkNames(engine, services, { signal });
  const statusOf = (service: ServiceDetails): ServiceStatus =>
    needsTasks(service) ? serviceStatus(service, tasks?.get(service.ID) ?? [], nodes) : countedStatus(service);
  return services
    .map((service) => withSettings(statusOf(service), service, networks))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The tasks of services, by service id: one call. */
export async function tasksByService(
  engine: DockerEngine,
  services: readonly ServiceDetails[],
  { signal }: OperationOptions = {},
): Promise<Map<string, TaskDetails[]>> {
  const filter: Filters = services.length > MOST_FILTERED ? {} : { service: services.map(({ ID }) => ID) };
  return Map.groupBy(await engine.tasks.list(filter, { signal }), ({ ServiceID }) => ServiceID);
}
