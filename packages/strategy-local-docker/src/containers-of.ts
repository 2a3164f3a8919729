import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { ContainerDetails, DockerEngine } from "@openfactory/docker-engine";
import { REPLICA_LABEL } from "@openfactory/docker-translators";

/**
 * The containers of the service of exactly that name: the one container so called, or its emulated replicas.
 * @throws DeploymentError `NOT_FOUND`.
 */
export async function containersOf(
  engine: DockerEngine,
  serviceName: string,
  { signal }: OperationOptions = {},
): Promise<ContainerDetails[]> {
  if (!CONTAINER_NAME.test(serviceName)) throw notFound(engine, JSON.stringify(serviceName));
  const one = await inspectExactly(engine, serviceName, signal);
  // A replica is found by its service's name only, so that `demo-1` is never taken for a service of its own.
  if (one !== undefined && one.Config.Labels[REPLICA_LABEL] === undefined) return [one];
  const replicas = await engine.containers.list({ label: [`${REPLICA_LABEL}=${serviceName}`] }, { signal });
  const details = await Promise.all(replicas.map(({ Id }) => orUndefined(engine.containers.inspect(Id, { signal }))));
  const found = details.filter((container) => container !== undefined).sort(byName);
  if (found.length > 0) return found;
  throw notFound(engine, serviceName);
}

/** What the engine takes for a container's name (Engine API, ContainerCreate); nothing else is ever asked for. */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

const notFound = (engine: DockerEngine, serviceName: string): DeploymentError =>
  new DeploymentError("NOT_FOUND", `There is no container ${serviceName} on ${engine.host}.`, {
    hint: "Names are exact; `ofdeploy ps` or `docker ps --all` lists what is there.",
  });

/** The engine also takes ids, and the beginnings of ids, for names: only the exact name counts here. */
const inspectExactly = async (
  engine: DockerEngine,
  name: string,
  signal?: AbortSignal,
): Promise<ContainerDetails | undefined> => {
  const container = await orUndefined(engine.containers.inspect(name, { signal }));
  return container?.Name === `/${name}` ? container : undefined;
};

const orUndefined = async <Value>(found: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await found;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
    throw error;
  }
};

const byName = (a: ContainerDetails, b: ContainerDetails): number =>
  a.Name.localeCompare(b.Name, "en", { numeric: true });
