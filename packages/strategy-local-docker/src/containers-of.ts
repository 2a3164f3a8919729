import type { OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { REPLICA_LABEL } from "@openfactory/docker-translators";
import { foreignOwner } from "./containers/foreign.js";
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
  // A replica is found by its service's name only, so that `demo-1` is never taken for a service of its own; and one
  // beside a service's name, such as `demo.previous`, only if it is none of that service's.
  // A container of another orchestrator is no service: the look-up names its owner.
  if (one !== undefined && foreignOwner(one.Config.Labels) === undefined && one.Config.Labels[REPLICA_LABEL] === undefined && placeOf(serviceName).role === undefined) {
    return [one];
  }
  const { current } = read(await lookUpFamily(engine, serviceName, options));
  mustBeThere(engine, serviceName, current);
  return current.map(({ details }) => details);
}

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
