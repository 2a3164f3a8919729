import {
  DeploymentError,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { asCreated, containerReplicas, fromContainer } from "@openfactory/docker-translators";
import type { LocalDockerOptions } from "../options.js";
import { imageLookup } from "./image-lookup.js";
import { pinned, repoDigests } from "./repo-digest.js";
import { replicatedMode } from "./told-settings.js";

/**
 * The settings that the service will have that is made from a request.
 * @throws DeploymentError `UNSUPPORTED`, `INVALID_REQUEST`; with the pull policy `always`, `IMAGE_NOT_FOUND` and
 * `UNAUTHORIZED`.
 */
export async function settingsOf(
  engine: DockerEngine,
  request: NormalizedRequest,
  { emulateReplicas }: LocalDockerOptions,
  options: OperationOptions,
): Promise<ServiceSettings> {
  const replicas = emulateReplicas ? containerReplicas(request).replicas.length : 1;
  const [image, apiVersion] = await Promise.all([
    imageLookup(engine)(request.image),
    engine.apiVersion({ signal: options.signal }),
  ]);
  return {
    ...fromContainer(asCreated(request, image?.Config, { apiVersion }), image?.Config),
    ...replicatedMode(replicas),
    image:
      request.imagePullPolicy === "always"
        ? pinned(
            request.image,
            await digestOf(engine, request.image, image ? repoDigests(image, request.image) : [], options),
          )
        : request.image,
  };
}

/** No registry answered, or the engine asks none. */
const UNANSWERED: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT", "UNSUPPORTED"]);

/**
 * What the registry has now. Of the digests that the engine knows the same image by, it is the one that containers of
 * that image tell. No registry in reach: what the engine has is what a container would be made of.
 */
async function digestOf(
  engine: DockerEngine,
  image: string,
  known: readonly string[],
  { signal }: OperationOptions,
): Promise<string | undefined> {
  if (image.includes("@")) return undefined;
  try {
    const digest = await engine.images.digest(image, { signal });
    return known.includes(digest) ? known[0] : digest;
  } catch (error) {
    if (!DeploymentError.isInstance(error) || !UNANSWERED.has(error.code)) throw error;
    return known[0];
  }
}
