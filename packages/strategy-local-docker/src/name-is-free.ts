import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { lookUpFamily } from "./family/look-up.js";
import { read } from "./family/reading.js";

/**
 * Looks whether emulated replicas may be made: those of a service that is there need not have a name among theirs, such as
 * when it has no replicas. Of one container, its creation tells.
 * @throws DeploymentError `ALREADY_EXISTS`.
 */
export async function mustBeFree(engine: DockerEngine, service: string, options: OperationOptions): Promise<void> {
  const [first] = read(await lookUpFamily(engine, service, options)).current;
  if (first === undefined) return;
  throw new DeploymentError("ALREADY_EXISTS", `There is a service ${service} already: the container ${first.name}.`, {
    service,
    field: "name",
    hint: "Choose another name, update it, or remove it first; it was left as it is.",
  });
}
