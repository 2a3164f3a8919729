import type { OperationOptions, ServiceStatus } from "@openfactory/deploy-core";
import type { DockerEngine, NodeDetails, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { findService } from "./find-service.js";
import { networkNames, withSettings } from "./settings.js";
import { type NodeNames, nodeNames, serviceStatus } from "./status.js";

/** A service and its tasks at one moment. */
export interface Observation {
  service: ServiceDetails;
  tasks: TaskDetails[];
  nodes: NodeNames;
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
  return { service, tasks, nodes: nodeNames(nodes) };
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

/** All services with these labels, and their tasks: three calls, and one more where some have networks, whatever their number. */
export async function listServices(
  engine: DockerEngine,
  labels: Readonly<Record<string, string>>,
  { signal }: OperationOptions,
): Promise<ServiceStatus[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const [services, tasks, nodes] = await Promise.all([
    engine.services.list(label.length > 0 ? { label } : {}, { signal }),
    engine.tasks.list({}, { signal }),
    engine.nodes.list({ signal }) as Promise<NodeDetails[]>,
  ]);
  const names = nodeNames(nodes);
  const networks = await networkNames(engine, services, { signal });
  const byService = Map.groupBy(tasks, ({ ServiceID }) => ServiceID);
  return services
    .filter(({ Spec }) => carries(Spec.Labels, labels))
    .map((service) => withSettings(serviceStatus(service, byService.get(service.ID) ?? [], names), service, networks))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
