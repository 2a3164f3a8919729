import { type ExecOptions, type ExecResult, selectInstance } from "@openfactory/deploy-core";
import { type DockerEngine, execInContainer } from "@openfactory/docker-engine";
import { findCurrentContainers } from "../containers/find.js";
import { toInspectedContainer } from "../containers/group.js";
import { replicaNumber } from "../containers/names.js";

/** Runs a command in a container of a service. @throws DeploymentError see `CanExec.exec`. */
export async function execInService(
  engine: DockerEngine,
  service: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const containers = await findCurrentContainers(engine, service, options);
  const choices = containers.map(toInspectedContainer).filter(({ placeholder }) => !placeholder);
  const { id, name } = selectInstance(
    service,
    choices.map(({ id, name, base, details }) => ({
      id,
      name,
      number: replicaNumber(service, base) ?? 1,
      running: details.State.Status === "running",
    })),
    options.instance,
  );
  return { exitCode: await execInContainer(engine, id, command, options), instance: name };
}
