import {
  DeploymentError,
  type DeploymentWarning,
  type DeployOptions,
  type NormalizedRequest,
  throwIfAborted,
} from "@openfactory/deploy-core";
import {
  credentialsWarning,
  digestWarning,
  type DockerEngine,
  engineMessage,
  hasImage,
  registryFailure,
  registryFailureHint,
  registryOf,
} from "@openfactory/docker-engine";
import { forgetImage } from "./images.js";

/**
 * Pulls an image with the policy `always`. If its registry is unavailable, the engine's image is used, as on a swarm.
 * @throws DeploymentError as {@link pullMissing}; in strict mode `UNSUPPORTED` if the registry is unavailable.
 */
export async function pullLatest(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: DeployOptions,
): Promise<DeploymentWarning[]> {
  try {
    return await pullImage(engine, request, options);
  } catch (error) {
    if (!isRegistryUnavailable(error)) throw error;
    if (!(await hasImage(engine, request.image, { signal: options.signal }))) throw notPulled(engine, request, error);
    const { image, name } = request;
    const registry = registryOf(image) ?? "";
    const reason =
      `Could not pull ${image} from the registry ${registry} (${engineMessage(error)}): the container runs the image on ${engine.host}, which may be older. ` +
      registryFailureHint(registryFailure(error) ?? "unreachable", registry);
    return [digestWarning(name, "docker", reason, { strict: options.strict, cause: error.cause })];
  }
}

/** Pulls an image that the engine does not have. @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, `ENGINE_ERROR`, ... */
export async function pullMissing(
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

/** An image that the engine does not have, with the policy `never`. */
export const imageNotLoaded = (
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
      hint: "Build the image or load it there (`docker load`), correct its name, or set the pull policy to missing or always.",
      cause,
    },
  );

/** @returns a warning about the credentials of the pull, if there is one. */
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

/** The registry did not answer, or had an error of its own. A refusal, or a missing image, is none. */
const isRegistryUnavailable = (error: unknown): error is DeploymentError =>
  DeploymentError.isInstance(error, "TIMEOUT") ||
  (DeploymentError.isInstance(error, "ENGINE_ERROR") && registryFailure(error) !== undefined);

function notPulled(engine: DockerEngine, request: NormalizedRequest, error: DeploymentError): DeploymentError {
  const trouble = registryFailure(error);
  // A registry that is busy may well have the image.
  if (error.code !== "ENGINE_ERROR" || trouble === "rate-limited" || trouble === "unavailable") return error;
  const registry = registryOf(request.image);
  return new DeploymentError(
    "IMAGE_NOT_FOUND",
    `${engine.host} does not have the image ${request.image}, and could not pull it from the registry ${registry}: ${engineMessage(error)}.`,
    {
      service: request.name,
      field: "image",
      hint: `Check the image's name and tag, and that the engine reaches ${registry}; or build or load the image there.`,
      cause: error.cause,
    },
  );
}
