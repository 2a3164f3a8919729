import { DeploymentError, mapLimit, type OperationOptions } from "@openfactory/deploy-core";
import {
  type CheckedRequest,
  type DockerEngine,
  engineMessage,
  type Problem,
  registryFailure,
  withoutPeriod,
} from "@openfactory/docker-engine";
import { type ImageLookup, imageLookup } from "../deploy/images.js";

const MAX_CHECKS = 8;
/** A registry that needs longer counts as unreachable. */
const REGISTRY_TIMEOUT_MS = 15_000;

/**
 * Checks each image once: on the engine and, if the engine does not have it or the pull policy is `always`, in its registry. An
 * unreachable registry is a problem only for an image that the engine does not have.
 * @returns the problems of a request's image.
 */
export async function checkImages(
  engine: DockerEngine,
  requests: readonly CheckedRequest[],
  options: OperationOptions,
): Promise<(request: CheckedRequest) => Problem[]> {
  const wanted = new Map(requests.map((one) => [keyOf(one), one.request]));
  const lookUp = imageLookup(engine);
  const checked = await mapLimit(MAX_CHECKS, [...wanted], async ([key, request]): Promise<[string, Problem[]]> => {
    const { image, imagePullPolicy = "missing" } = request;
    if (imagePullPolicy !== "always" && (await lookUp(image)) !== undefined) return [key, []];
    const problems =
      imagePullPolicy === "never" ? [notLoaded(engine, image)] : await checkRegistry(engine, image, lookUp, options);
    return [key, problems];
  });
  const problems = new Map(checked);
  return (request) => problems.get(keyOf(request)) ?? [];
}

const keyOf = ({ request: { image, imagePullPolicy = "missing" } }: CheckedRequest): string =>
  `${imagePullPolicy} ${image}`;

const notLoaded = ({ host }: DockerEngine, image: string): Problem => ({
  code: "IMAGE_NOT_FOUND",
  field: "image",
  message: `${host} does not have the image ${image}, and its pull policy is never`,
  hint: "Build the image or load it there (`docker load`), or change the pull policy.",
});

async function checkRegistry(
  engine: DockerEngine,
  image: string,
  lookUp: ImageLookup,
  { signal }: OperationOptions,
): Promise<Problem[]> {
  try {
    await engine.images.digest(image, { signal, timeoutMs: REGISTRY_TIMEOUT_MS });
    return [];
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED" || error.code === "ENGINE_UNREACHABLE")
      throw error;
    // An engine that asks no registry (Podman) knows nothing about the image.
    if (error.code === "UNSUPPORTED") return [];
    const { code, message, hint } = error;
    if (code === "IMAGE_NOT_FOUND" || code === "UNAUTHORIZED")
      return [{ code, field: "image", message: withoutPeriod(message), hint: hint ?? "" }];
    // The deploy uses the engine's image, with a warning.
    if ((await lookUp(image)) !== undefined) return [];
    const trouble = registryFailure(error);
    if (trouble === "rate-limited" || trouble === "unavailable")
      return [{ code, field: "image", message: withoutPeriod(message), hint: hint ?? "Try again later." }];
    return [
      {
        code: "IMAGE_NOT_FOUND",
        field: "image",
        message: `Can't check the image ${image}: its registry is unreachable (${engineMessage(error)})`,
        hint: "Check the image's name and tag, and that the engine reaches its registry; or build or load the image there.",
      },
    ];
  }
}
