import { DeploymentError, type DeploymentWarning, type DeployOptions, throwIfAborted } from "@openfactory/deploy-core";
import {
  type DockerEngine,
  ifUnanswered,
  isAmbiguousNetworkError,
  labelFilter,
  listedName,
} from "@openfactory/docker-engine";
import {
  OPERATION_LABEL,
  RESTART_LABEL,
  toContainerCreateBody,
  toHostRestartPolicy,
} from "@openfactory/docker-translators";
import { createInSlot } from "../containers/engine-slots.js";
import { DEFAULT_RESTART_POLICY, formatRestartPolicy } from "../containers/names.js";
import { foreignOwner, ownedByOther } from "../containers/other-orchestrators.js";
import { prepareFiles } from "../files/prepare-files.js";
import type { PlannedContainer } from "./plan-containers.js";
import { imageNotLoaded, pullLatest, pullMissing } from "./pull-image.js";
import { explainStartError } from "./start-error.js";

export interface CreatedContainer {
  id: string;
  /** The engine's warnings about the creation. */
  warnings: readonly string[];
  /** The warnings of the pull before it. */
  pullWarnings: readonly DeploymentWarning[];
}

/**
 * Creates a container. Pulls its image first with the policy `always`, and if the engine does not have it, unless the policy
 * is `never`.
 * @throws DeploymentError `ALREADY_EXISTS`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, ...
 */
export async function createContainer(
  engine: DockerEngine,
  container: PlannedContainer,
  options: DeployOptions,
): Promise<CreatedContainer> {
  const { request } = container;
  if (request.imagePullPolicy === "always") {
    const pullWarnings = await pullLatest(engine, request, options);
    return create(engine, container, options, pullWarnings);
  }
  try {
    return await create(engine, container, options);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) throw error;
    if (request.imagePullPolicy === "never") throw imageNotLoaded(engine, request, error);
    const pullWarnings = await pullMissing(engine, request, options);
    return create(engine, container, options, pullWarnings);
  }
}

async function create(
  engine: DockerEngine,
  { request, serviceName, base, labels: own, initialName = base, policy }: PlannedContainer,
  { signal, observer }: DeployOptions,
  pullWarnings: readonly DeploymentWarning[] = [],
): Promise<CreatedContainer> {
  throwIfAborted(signal, { service: request.name });
  observer?.({ type: "step", service: request.name, step: "create" });
  const mountpoints = await prepareFiles(engine, { ...request, name: serviceName }, { signal });
  throwIfAborted(signal, { service: request.name });
  const labels = { ...own, ...restartLabel(policy ?? formatRestartPolicy(toHostRestartPolicy(request).RestartPolicy)) };
  const labeled = { ...request, name: base, labels: { ...request.labels, ...labels } };
  const body = toContainerCreateBody(labeled, {
    apiVersion: await engine.apiVersion({ signal }),
    serviceName,
    mountpoints,
  });
  try {
    // Without the signal: it takes milliseconds, and an answer that is not awaited would leave a container behind.
    const created = await createInSlot(engine, initialName, body, { signal, service: request.name });
    return { ...created, pullWarnings };
  } catch (error) {
    if (isAmbiguousNetworkError(error)) throw explainStartError(engine, request, error);
    if (DeploymentError.isInstance(error, "CONFLICT")) throw await nameInUse(engine, serviceName, initialName, error);
    await ifUnanswered(error, () => removeCreated(engine, initialName, own[OPERATION_LABEL]));
    throw error;
  }
}

const restartLabel = (policy: string): Record<string, string> =>
  policy === DEFAULT_RESTART_POLICY ? {} : { [RESTART_LABEL]: policy };

async function nameInUse(
  engine: DockerEngine,
  service: string,
  name: string,
  { cause }: DeploymentError,
): Promise<DeploymentError> {
  // The owner is a detail: if the list fails, the error leaves it out.
  const [holder] = await engine.containers.list({ name: [`^/?${name.replaceAll(".", "\\.")}$`] }).catch(() => []);
  const owner = holder && foreignOwner(holder.Labels);
  if (owner !== undefined) return ownedByOther("ALREADY_EXISTS", name, owner, { service, cause });
  return new DeploymentError("ALREADY_EXISTS", `A container named ${name} already exists.`, {
    service,
    field: "name",
    hint: `Choose another name, or remove the container: \`docker rm ${name}\`. It was not changed.`,
    cause,
  });
}

/** Removes a container that the engine may have created. Only a container of the same operation is removed. */
async function removeCreated(engine: DockerEngine, name: string, operation: string): Promise<void> {
  const listed = await engine.containers.list(labelFilter({ [OPERATION_LABEL]: operation }));
  const created = listed.filter((container) => listedName(container) === name);
  await Promise.all(created.map(({ Id }) => engine.containers.remove(Id, { force: true })));
}
