import type { OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { CONTAINER_NAME, lookUpFamily, mustBeThere } from "./family/look-up.js";
import { placeOf } from "./family/place.js";
import { read } from "./family/reading.js";
import { inspectIfThere } from "./inspect-if-there.js";

/**
 * The containers of the service of exactly that name: the one container so called, or its emulated replicas.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function containersOf(
  engine: DockerEngine,
  serviceName: string,
  options: OperationOptions = {},
): Promise<ContainerDetails[]> {
  const one = await inspectExactly(engine, serviceName, options);
  if (one !== undefined && isWholeService(one, serviceName)) return [one];
  const { current } = read(await lookUpFamily(engine, serviceName, options));
  mustBeThere(engine, serviceName, current);
  return current.map(({ details }) => details);
}

/**
 * Whether a container is all of the service of its name. A replica is found by its service's name only, so that `demo-1` is
 * never taken for a service of its own; and one beside a service's name, such as `demo.previous`, only if it is none of that
 * service's. Of a container that this strategy did not make, only a list tells whether another orchestrator owns it.
 */
const isWholeService = ({ Config: { Labels } }: ContainerDetails, service: string): boolean =>
  Labels[OPERATION_LABEL] !== undefined && Labels[REPLICA_LABEL] === undefined && placeOf(service).role === undefined;

/** The engine also takes ids, and the beginnings of ids, for names: only the exact name counts here. */
async function inspectExactly(
  engine: DockerEngine,
  name: string,
  options: OperationOptions,
): Promise<ContainerDetails | undefined> {
  if (!CONTAINER_NAME.test(name)) return undefined;
  const container = await inspectIfThere(engine, name, options);
  return container?.Name === `/${name}` ? container : undefined;
}
