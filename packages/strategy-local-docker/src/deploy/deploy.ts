import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type OperationOptions,
  throwIfAborted,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { networksToConnect, toNetworkConnectBody } from "@openfactory/docker-translators";
import { findServiceContainers } from "../containers/find.js";
import { startInSlot } from "../containers/engine-slots.js";
import { startWhenPortsFree } from "../containers/operations.js";
import { resolveState } from "../containers/state.js";
import { checkPublishedPorts } from "../ports.js";
import { creationWarnings } from "../warnings.js";
import { createContainer } from "./create-container.js";
import type { PlannedContainer } from "./plan-containers.js";
import { explainStartError, type StartedRequest } from "./start-error.js";

/** A container that was created, and started unless it is a placeholder. */
export interface StartedContainer {
  id: string;
  warnings: DeploymentWarning[];
}

/**
 * Creates and starts the containers of a service, in order. If one fails, or the signal fires, removes all of them.
 * @throws DeploymentError see `OpenFactoryServiceDeploymentStrategy.deploy`.
 */
export async function deployContainers(
  engine: DockerEngine,
  containers: readonly PlannedContainer[],
  options: DeployOptions,
): Promise<StartedContainer[]> {
  const created: string[] = [];
  try {
    const started: StartedContainer[] = [];
    for (const container of containers) {
      const { id, warnings: engineTexts, pullWarnings } = await createContainer(engine, container, options);
      created.push(id);
      await joinNetworks(engine, id, container, options);
      const warnings = [...pullWarnings, ...creationWarnings(container.serviceName, engineTexts, options)];
      if (!container.placeholder) warnings.push(...(await startContainer(engine, id, container, options)));
      started.push({ id, warnings });
    }
    return started;
  } catch (error) {
    throw await removeCreated(engine, created, error);
  }
}

/**
 * Before emulated replicas are created, checks that no service has their name. A service with other replica numbers, or with
 * none, has no container of the same name, so that the creation would succeed. For one container, the creation checks it.
 * @throws DeploymentError `ALREADY_EXISTS`.
 */
export async function assertNameFree(engine: DockerEngine, service: string, options: OperationOptions): Promise<void> {
  const [first] = resolveState(await findServiceContainers(engine, service, options)).current;
  if (first === undefined) return;
  throw new DeploymentError("ALREADY_EXISTS", `A service named ${service} already exists: container ${first.name}.`, {
    service,
    field: "name",
    hint: `Choose another name, update the service, or remove its containers first (\`docker ps --all --filter name=${service}\`). The service was not changed.`,
  });
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
    // Before the start, so that the process finds all its networks.
    for (const network of networksToConnect(request, { apiVersion })) {
      throwIfAborted(signal, { service: name });
      observer?.({ type: "step", service: name, step: "connect", id: network });
      const body = toNetworkConnectBody({ ...request, name: base }, network, { container: id, serviceName });
      await engine.networks.connect(network, body, { signal });
    }
  } catch (error) {
    throw explainStartError(engine, request, error);
  }
}

interface StartSubject {
  readonly request: StartedRequest;
  /** Another container with the same host ports has just been stopped. Default false. */
  readonly replacesStopped?: boolean;
}

/**
 * Starts a container, and compares its published ports with its request.
 * @throws DeploymentError `CONFLICT` (a host port), `NETWORK_NOT_FOUND`, `TASK_FAILED` (no such program), and as
 * {@link checkPublishedPorts}.
 */
export async function startContainer(
  engine: DockerEngine,
  id: string,
  { request, replacesStopped = false }: StartSubject,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  const { signal, observer } = options;
  const { name } = request;
  try {
    throwIfAborted(signal, { service: name });
    observer?.({ type: "step", service: name, step: "start", id });
    await (replacesStopped ? startWhenPortsFree : startInSlot)(engine, id, { signal });
    throwIfAborted(signal, { service: name });
  } catch (error) {
    throw explainStartError(engine, request, error);
  }
  return checkPublishedPorts(engine, id, request, options);
}

/** Removes the containers of a failed deploy. @returns the error, with the names of those that could not be removed. */
async function removeCreated(engine: DockerEngine, ids: readonly string[], error: unknown): Promise<unknown> {
  const results = await Promise.allSettled(ids.map((id) => engine.containers.remove(id, { force: true })));
  const left = ids.filter((_, index) => {
    const result = results[index];
    return result?.status === "rejected" && !DeploymentError.isInstance(result.reason, "NOT_FOUND");
  });
  if (left.length === 0 || !DeploymentError.isInstance(error)) return error;
  const short = left.map((id) => id.slice(0, 12));
  return new DeploymentError(
    error.code,
    `${error.message} Could not remove ${short.length === 1 ? "container" : "containers"} ${short.join(", ")}, created by the failed deploy.`,
    {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
      hint: `${error.hint ?? ""} Remove with: \`docker rm --force ${short.join(" ")}\`.`.trim(),
    },
  );
}
