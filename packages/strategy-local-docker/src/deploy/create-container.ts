import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type NormalizedRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import {
  credentialsWarning,
  type DockerEngine,
  engineFault,
  isAmbiguousRefusal,
  registryOf,
  registryTrouble,
  troubleHint,
} from "@openfactory/docker-engine";
import { OPERATION_LABEL, toContainerCreateBody } from "@openfactory/docker-translators";
import { listedName } from "../containers/group.js";
import { foreignOwner, ownedByOther } from "../containers/other-orchestrators.js";
import { forgetImage } from "../images.js";
import type { PlannedContainer } from "./plan-containers.js";
import { explainStartFault } from "./start-error.js";

/** A container that was made. */
export interface CreatedContainer {
  id: string;
  /** The engine's own. */
  warnings: readonly string[];
  /** Of the pull that went before. */
  pulled: readonly DeploymentWarning[];
}

/**
 * Creates the container, and pulls its image first where the policy or the engine asks for it.
 * @throws DeploymentError `ALREADY_EXISTS`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, ...
 */
export async function createContainer(
  engine: DockerEngine,
  container: PlannedContainer,
  options: DeployOptions,
): Promise<CreatedContainer> {
  const { request } = container;
  if (request.imagePullPolicy === "always") {
    const pulled = await pullFirst(engine, request, options);
    return create(engine, container, options, pulled);
  }
  try {
    return await create(engine, container, options);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) throw error;
    if (request.imagePullPolicy === "never") throw neverPulled(engine, request, error);
    const pulled = await pullMissing(engine, request, options);
    return create(engine, container, options, pulled);
  }
}

async function create(
  engine: DockerEngine,
  { request, serviceName, base, labels, madeAs = base }: PlannedContainer,
  { signal, observer }: DeployOptions,
  pulled: readonly DeploymentWarning[] = [],
): Promise<CreatedContainer> {
  throwIfAborted(signal, { service: request.name });
  observer?.({ type: "step", service: request.name, step: "create" });
  const labelled = { ...request, name: base, labels: { ...request.labels, ...labels } };
  const body = toContainerCreateBody(labelled, { apiVersion: await engine.apiVersion({ signal }), serviceName });
  try {
    // Not given the signal: it takes milliseconds, and an answer that is not waited for would leave a container behind.
    return { ...(await engine.containers.create(madeAs, body)), pulled };
  } catch (error) {
    if (isAmbiguousRefusal(error)) throw explainStartFault(engine, request, error);
    if (DeploymentError.isInstance(error, "CONFLICT")) throw await nameInUse(engine, serviceName, madeAs, error);
    if (DeploymentError.isInstance(error, "TIMEOUT") || DeploymentError.isInstance(error, "ENGINE_UNREACHABLE")) {
      await removeUnanswered(engine, madeAs, labels[OPERATION_LABEL]);
    }
    throw error;
  }
}

async function nameInUse(
  engine: DockerEngine,
  service: string,
  name: string,
  { cause }: DeploymentError,
): Promise<DeploymentError> {
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

/**
 * What the registry has now; where it can't be asked and the engine has the image, that will do, as on a swarm.
 * @throws DeploymentError as {@link pullMissing}; in strict mode, `UNSUPPORTED` where no registry answers.
 */
async function pullFirst(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  try {
    return await pullImage(engine, request, options);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    if (!(await isOnEngine(engine, request.image, options))) throw notPulled(engine, request, error);
    const { image, name: service } = request;
    const registry = registryOf(image) ?? "";
    const reason =
      `The registry ${registry} did not give ${image} (${wordsOf(error)}): the container runs what ${engine.host} has, which may be older. ` +
      troubleHint(registryTrouble(error) ?? "unreachable", registry);
    if (!options.strict)
      return [{ code: "DIGEST_NOT_RESOLVED", service, strategy: "docker", field: "imagePullPolicy", reason }];
    throw new DeploymentError("UNSUPPORTED", reason, {
      service,
      field: "imagePullPolicy",
      hint: "Make the registry reachable from the engine, choose another pull policy, or do without strict mode.",
      cause: error.cause,
    });
  }
}

/** No registry answered, or with an error of its own; that it refused or does not have the image is another matter. */
const isUnanswered = (error: unknown): error is DeploymentError =>
  DeploymentError.isInstance(error, "TIMEOUT") ||
  (DeploymentError.isInstance(error, "ENGINE_ERROR") && registryTrouble(error) !== undefined);

const wordsOf = (error: DeploymentError): string =>
  (engineFault(error)?.message ?? error.message).replace(/\.?\s*$/, "");

async function isOnEngine(engine: DockerEngine, image: string, { signal }: DeployOptions): Promise<boolean> {
  try {
    await engine.images.inspect(image, { signal });
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return false;
    throw error;
  }
}

/** The engine does not have the image: that no registry answers is then a detail of why there is none. */
async function pullMissing(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  try {
    return await pullImage(engine, request, options);
  } catch (error) {
    throw DeploymentError.isInstance(error, "ENGINE_ERROR") ? notPulled(engine, request, error) : error;
  }
}

function notPulled(engine: DockerEngine, request: NormalizedRequest, error: DeploymentError): DeploymentError {
  const trouble = registryTrouble(error);
  // A registry that has too much to do may well have the image.
  if (error.code !== "ENGINE_ERROR" || trouble === "rate-limited" || trouble === "unavailable") return error;
  const registry = registryOf(request.image);
  return new DeploymentError(
    "IMAGE_NOT_FOUND",
    `${engine.host} does not have the image ${request.image}, and could not pull it from the registry ${registry}: ${wordsOf(error)}.`,
    {
      service: request.name,
      field: "image",
      hint: `Check the image's name and tag, and that the engine reaches ${registry}; or build or load it there.`,
      cause: error.cause,
    },
  );
}

/** @returns a warning about the credentials that it was sent with. */
async function pullImage(
  engine: DockerEngine,
  { image, name }: NormalizedRequest,
  { signal, observer }: DeployOptions,
): Promise<DeploymentWarning[]> {
  throwIfAborted(signal, { service: name });
  observer?.({ type: "step", service: name, step: "pull" });
  await engine.images.pull(image, {
    signal,
    onEvent: (event) => observer?.({ type: "pull", service: name, image, ...event }),
  });
  forgetImage(engine, image);
  return credentialsWarning(name, "docker", await engine.images.credentials(image, { signal }));
}

/** An image that is not there, and that nobody is to look for. */
const neverPulled = (
  engine: DockerEngine,
  { image, name }: NormalizedRequest,
  { cause }: DeploymentError,
): DeploymentError =>
  new DeploymentError(
    "IMAGE_NOT_FOUND",
    `${engine.host} does not have the image ${image}, and its pull policy is never.`,
    {
      service: name,
      field: "image",
      hint: "Build it or load it there (docker load), correct its name, or allow pulls: imagePullPolicy missing or always.",
      cause,
    },
  );
