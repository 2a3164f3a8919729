import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import {
  groupByService,
  type InspectedContainer,
  type ServiceContainer,
  type ServiceContainers,
  toInspectedContainer,
  toListedContainer,
} from "./group.js";
import { parseContainerName } from "./names.js";
import { inspectIfExists } from "./operations.js";
import { ownedByOther } from "./other-orchestrators.js";
import { resolveState } from "./state.js";

/** The names that the engine accepts for containers (Engine API, ContainerCreate). */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * The containers of the service of exactly that name, in any role; none if there is no such service.
 * @throws DeploymentError `CONFLICT` if a container of another orchestrator has the name, and the service has none.
 */
export async function findServiceContainers(
  engine: DockerEngine,
  service: string,
  options: OperationOptions = {},
): Promise<ServiceContainers<InspectedContainer>> {
  if (!CONTAINER_NAME.test(service)) return [];
  const base = parseContainerName(service).base.replaceAll(".", "\\.");
  // The filter is a regular expression. Engines match names with their slash or without it.
  const pattern = `^/?${base}(-[0-9]+)?(\\..+)?$`;
  const listed = await engine.containers.list({ name: [pattern] }, { signal: options.signal });
  const containers = listed.map(toListedContainer);
  const group = groupByService(containers).get(service) ?? [];
  if (group.length === 0) assertNotForeign(service, containers);
  const inspected = await inspectContainers(engine, group, options);
  return groupByService(inspected).get(service) ?? [];
}

function assertNotForeign(service: string, containers: readonly ServiceContainer[]): void {
  const holder = containers.find(({ name }) => name === service);
  if (holder?.foreign !== undefined) throw ownedByOther("CONFLICT", service, holder.foreign, { service });
}

/** Inspects containers by id, with their present names. Those that no longer exist are left out. */
export async function inspectContainers(
  engine: DockerEngine,
  containers: readonly { readonly id: string }[],
  options: OperationOptions = {},
): Promise<ServiceContainers<InspectedContainer>> {
  const found = await Promise.all(containers.map(({ id }) => inspectIfExists(engine, id, options)));
  return found.filter((container) => container !== undefined).map(toInspectedContainer);
}

/**
 * The current containers of the service of exactly that name: one, or its emulated replicas.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function findCurrentContainers(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions = {},
): Promise<ContainerDetails[]> {
  const container = await inspectByExactName(engine, serviceName, options);
  if (container !== undefined && isWholeService(container, serviceName)) return [container];
  const { current } = resolveState(await findServiceContainers(engine, serviceName, options));
  assertFound(engine, serviceName, current);
  return current.map(({ details }) => details);
}

/**
 * Whether a container is the whole service of its name, so that no list is needed. A replica such as `demo-1` is found only by
 * its service's name, and `demo.previous` may belong to the service `demo`. For a container that this strategy did not create,
 * only a list shows whether another orchestrator owns it.
 */
const isWholeService = ({ Config: { Labels } }: ContainerDetails, service: string): boolean =>
  Labels[OPERATION_LABEL] !== undefined &&
  Labels[REPLICA_LABEL] === undefined &&
  parseContainerName(service).role === undefined;

/** The engine also accepts ids and prefixes of ids. Only the exact name counts here. */
async function inspectByExactName(
  engine: DockerEngine,
  name: string,
  options: OperationOptions,
): Promise<ContainerDetails | undefined> {
  if (!CONTAINER_NAME.test(name)) return undefined;
  const container = await inspectIfExists(engine, name, options);
  return container?.Name === `/${name}` ? container : undefined;
}

/** @throws DeploymentError `NOT_FOUND` if `current` is empty. */
export function assertFound(engine: DockerEngine, service: string, current: readonly unknown[]): void {
  if (current.length > 0) return;
  const name = CONTAINER_NAME.test(service) ? service : JSON.stringify(service);
  throw new DeploymentError("NOT_FOUND", `There is no container ${name} on ${engine.host}.`, {
    hint: "Names must match exactly. `ofdeploy ps` lists services, `docker ps --all` lists containers.",
  });
}
