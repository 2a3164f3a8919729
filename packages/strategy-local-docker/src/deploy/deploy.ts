import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type OperationOptions,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { networksToConnect, toNetworkConnectBody } from "@openfactory/docker-translators";
import { lookUpFamily } from "../containers/find.js";
import { startWhenFree } from "../containers/operations.js";
import { read } from "../containers/state.js";
import { checkPublished } from "../ports.js";
import { engineWarnings } from "../warnings.js";
import { createContainer } from "./create-container.js";
import type { PlannedContainer } from "./plan-containers.js";
import { explainStartFault, type StartFaultSubject } from "./start-error.js";

/** A container that runs. */
export interface StartedContainer {
  id: string;
  warnings: DeploymentWarning[];
}

/**
 * Creates and starts the containers of a service, in order. If one fails, or the signal fires, all are removed again.
 * @throws DeploymentError see `OpenFactoryServiceDeploymentStrategy.deploy`.
 */
export async function deployContainers(
  engine: DockerEngine,
  containers: readonly PlannedContainer[],
  options: DeployOptions,
): Promise<StartedContainer[]> {
  const made: string[] = [];
  try {
    const started: StartedContainer[] = [];
    for (const container of containers) {
      const { id, warnings, pulled } = await createContainer(engine, container, options);
      made.push(id);
      await joinNetworks(engine, id, container, options);
      const told = [...pulled, ...engineWarnings(container.serviceName, warnings, options)];
      if (!container.idle) told.push(...(await startContainer(engine, id, container, options)));
      started.push({ id, warnings: told });
    }
    return started;
  } catch (error) {
    throw await removeAll(engine, made, error);
  }
}

/** Connects a container to the networks that its creation could not name. @throws DeploymentError `NETWORK_NOT_FOUND`, ... */
export async function joinNetworks(
  engine: DockerEngine,
  id: string,
  { request, serviceName, base }: PlannedContainer,
  { signal, observer }: DeployOptions,
): Promise<void> {
  const { name } = request;
  try {
    const apiVersion = await engine.apiVersion({ signal });
    // Before the start, so that the process finds every network when it looks for the first time.
    for (const network of networksToConnect(request, { apiVersion })) {
      throwIfAborted(signal, { service: name });
      observer?.({ type: "step", service: name, step: "connect", id: network });
      const body = toNetworkConnectBody({ name: base }, network, { container: id, serviceName });
      await engine.networks.connect(network, body, { signal });
    }
  } catch (error) {
    throw explainStartFault(engine, request, error);
  }
}

/** A container that is to be started. */
interface Starting {
  readonly request: StartFaultSubject;
  /** It takes the place of one that has just been stopped. Default false. */
  readonly takesOver?: boolean;
}

/**
 * Starts a container, and compares its published ports with its request.
 * @throws DeploymentError `CONFLICT` (a host port), `NETWORK_NOT_FOUND`, `TASK_FAILED` (no such program), and as
 * {@link checkPublished}.
 */
export async function startContainer(
  engine: DockerEngine,
  id: string,
  { request, takesOver = false }: Starting,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  const { signal, observer } = options;
  const { name } = request;
  try {
    throwIfAborted(signal, { service: name });
    observer?.({ type: "step", service: name, step: "start", id });
    await (takesOver ? startWhenFree(engine, id, { signal }) : engine.containers.start(id, { signal }));
    throwIfAborted(signal, { service: name });
  } catch (error) {
    throw explainStartFault(engine, request, error);
  }
  return checkPublished(engine, id, request, options);
}

/** Removes what a failed deploy made. What can't be removed is told with the error, never kept quiet. */
async function removeAll(engine: DockerEngine, ids: readonly string[], error: unknown): Promise<unknown> {
  const results = await Promise.allSettled(ids.map((id) => engine.containers.remove(id, { force: true })));
  const left = ids.filter((_, index) => {
    const result = results[index];
    return result?.status === "rejected" && !DeploymentError.isInstance(result.reason, "NOT_FOUND");
  });
  if (left.length === 0 || !DeploymentError.isInstance(error)) return error;
  const names = left.map((id) => id.slice(0, 12)).join(", ");
  return new DeploymentError(
    error.code,
    `${error.message} Container ${names} is left behind: it could not be removed.`,
    {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
      hint: `${error.hint ?? ""} Remove ${names} by hand.`.trim(),
    },
  );
}

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
