import {
  DeploymentError,
  type DeployOptions,
  type NormalizedRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { type ContainerCreated, type DockerEngine, engineFault, registryOf } from "@openfactory/docker-engine";
import { OPERATION_LABEL, toContainerCreateBody } from "@openfactory/docker-translators";
import { foreignOwner, ownedByOther } from "./containers/foreign.js";
import { listedName } from "./family/member.js";
import { neverPulled } from "./never-pulled.js";
import type { PlannedContainer } from "./planned-container.js";
import { forgetImage } from "./settings/image-lookup.js";

/**
 * Creates the container, and pulls its image first where the policy or the engine asks for it.
 * @throws DeploymentError `ALREADY_EXISTS`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, ...
 */
export async function createContainer(
  engine: DockerEngine,
  container: PlannedContainer,
  options: DeployOptions,
): Promise<ContainerCreated> {
  const { request } = container;
  if (request.imagePullPolicy === "always") {
    await pullImage(engine, request, options);
    return create(engine, container, options);
  }
  try {
    return await create(engine, container, options);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) throw error;
    if (request.imagePullPolicy === "never") throw neverPulled(engine, request, error);
    await pullMissing(engine, request, options);
    return create(engine, container, options);
  }
}

async function create(
  engine: DockerEngine,
  { request, serviceName, base, labels, madeAs = base }: PlannedContainer,
  { signal, observer }: DeployOptions,
): Promise<ContainerCreated> {
  throwIfAborted(signal, { service: request.name });
  observer?.({ type: "step", service: request.name, step: "create" });
  const labelled = { ...request, name: base, labels: { ...request.labels, ...labels } };
  const body = toContainerCreateBody(labelled, { apiVersion: await engine.apiVersion({ signal }), serviceName });
  try {
    // Not given the signal: it takes milliseconds, and an answer that is not waited for would leave a container behind.
    return await engine.containers.create(madeAs, body);
  } catch (error) {
    if (DeploymentError.isInstance(error, "CONFLICT")) throw await nameInUse(engine, serviceName, madeAs, error);
    if (DeploymentError.isInstance(error, "TIMEOUT") || DeploymentError.isInstance(error, "ENGINE_UNREACHABLE")) {
      await removeUnanswered(engine, madeAs, labels[OPERATION_LABEL]);
    }
    throw error;
  }
}

async function nameInUse(engine: DockerEngine, service: string, name: string, { cause }: DeploymentError): Promise<DeploymentError> {
  // Who has the name is a detail: without an answer, the error says the rest.
  const [holder] = await engine.containers.list({ name: [`^/?${name.replaceAll(".", "\\.")}$`] }).catch(() => []);
  const owner = holder && foreignOwner(holder.Labels);
  if (owner !== undefined) return ownedByOther("ALREADY_EXISTS", name, owner, { service, cause });
  return new DeploymentError("ALREADY_EXISTS", `There is a container named ${name} already.`, {
    service,
    field: "name",
    hint: "Choose another name, or remove that container first; it was left as it is.",
    cause,
  });
}

/** The engine may have made the container though its answer never came. Others of the same operation are not meant. */
async function removeUnanswered(engine: DockerEngine, name: string, operation: string): Promise<void> {
  try {
    const made = await engine.containers.list({ label: [`${OPERATION_LABEL}=${operation}`] });
    const lost = made.filter((container) => listedName(container) === name);
    await Promise.all(lost.map(({ Id }) => engine.containers.remove(Id, { force: true })));
  } catch {
    // The engine still does not answer: the first error says so, and is thrown.
  }
}

/** The engine does not have the image: that no registry answers is then a detail of why there is none. */
async function pullMissing(engine: DockerEngine, request: NormalizedRequest, options: DeployOptions): Promise<void> {
  try {
    await pullImage(engine, request, options);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ENGINE_ERROR")) throw error;
    const words = engineFault(error)?.message ?? error.message;
    const registry = registryOf(request.image);
    throw new DeploymentError(
      "IMAGE_NOT_FOUND",
      `${engine.host} does not have the image ${request.image}, and could not pull it from the registry ${registry}: ${words.replace(/\.$/, "")}.`,
      {
        service: request.name,
        field: "image",
        hint: `Check the image's name and tag, and that the engine reaches ${registry}; or build or load it there.`,
        cause: error.cause,
      },
    );
  }
}

async function pullImage(
  engine: DockerEngine,
  { image, name }: NormalizedRequest,
  { signal, observer }: DeployOptions,
): Promise<void> {
  throwIfAborted(signal, { service: name });
  observer?.({ type: "step", service: name, step: "pull" });
  await engine.images.pull(image, {
    signal,
    onEvent: (event) => observer?.({ type: "pull", service: name, image, ...event }),
  });
  forgetImage(engine, image);
}
