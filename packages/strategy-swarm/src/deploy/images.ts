import {
  DeploymentError,
  type DeploymentWarning,
  formatImageReference,
  type NormalizedRequest,
  parseImageReference,
} from "@openfactory/deploy-core";
import {
  type CallOptions,
  credentialsWarning,
  digestWarning,
  type DockerEngine,
  engineMessage,
  registryFailure,
  registryFailureHint,
  registryOf,
  type ShortLived,
} from "@openfactory/docker-engine";

/** The image of a service to create or update. */
export interface ResolvedImage {
  /** As written to the service's spec: with tag and digest if it is pinned. */
  image: string;
  /** The image whose registry credentials the service stores for its nodes. Undefined: none are stored. */
  authFor?: string;
  warnings: DeploymentWarning[];
}

export interface ResolveImageOptions {
  signal?: AbortSignal;
  /** Reject an image whose digest no registry returns. Default false. */
  strict?: boolean;
}

/**
 * Applies the pull policy of a request: `always` pins the image to the digest that its registry has now, so that all nodes
 * run the same; otherwise the image stays as given. Concurrent lookups of one image share one call.
 * @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`; in strict mode `UNSUPPORTED` if no registry answers.
 */
export async function resolveImage(
  engine: DockerEngine,
  request: Pick<NormalizedRequest, "image" | "imagePullPolicy" | "name">,
  options: ResolveImageOptions,
): Promise<ResolvedImage> {
  const { image, imagePullPolicy, name: service } = request;
  const reference = parseImageReference(image);
  // No credentials are needed, so no credential helper is run.
  if (imagePullPolicy === "never" || "id" in reference) return { image, warnings: [] };
  const note = await engine.images.credentials(image, { signal: options.signal });
  const warnings = [
    ...credentialsWarning(service, "swarm", note),
    ...(note?.shortLived === undefined ? [] : [shortLivedWarning(service, note.registry, note.shortLived)]),
  ];
  if (imagePullPolicy !== "always" || reference.digest !== undefined) return { image, authFor: image, warnings };
  try {
    const digest = await engine.images.digest(image, { signal: options.signal });
    return { image: `${formatImageReference(reference)}@${digest}`, authFor: image, warnings };
  } catch (error) {
    return { image, authFor: image, warnings: [...warnings, unresolvedDigest(error, request, options)] };
  }
}

/** Codes of a registry that did not answer, or not with a refusal. */
const UNANSWERED: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT"]);

/** The warning about a digest that no registry returned. @throws the error itself if the registry refused, or in strict mode. */
function unresolvedDigest(
  error: unknown,
  { image, name }: Pick<NormalizedRequest, "image" | "name">,
  { strict }: ResolveImageOptions,
): DeploymentWarning {
  if (!DeploymentError.isInstance(error) || !UNANSWERED.has(error.code)) throw error;
  const reason =
    `The registry ${registryOf(image)} did not return the digest of ${image} (${engineMessage(error)}): ` +
    `each node pulls the image itself or runs its local copy, so nodes may differ.${remedy(error, registryOf(image) ?? image)}`;
  return digestWarning(name, "swarm", reason, { strict, cause: error.cause });
}

/** What to do about a registry that answers with an error. For one that does not answer, the engine's message is enough. */
function remedy(error: DeploymentError, registry: string): string {
  const trouble = registryFailure(error);
  return trouble === undefined || trouble === "unreachable" ? "" : ` ${registryFailureHint(trouble, registry)}`;
}

/** A service stores the credentials of its last deploy, and its nodes pull with them for as long as it runs. */
const shortLivedWarning = (service: string, registry: string, { issuer, lasting }: ShortLived): DeploymentWarning => ({
  code: "SHORT_LIVED_CREDENTIALS",
  service,
  strategy: "swarm",
  field: "image",
  reason:
    `The service stores credentials for ${registry} that are tokens of ${issuer} and expire after ${lasting}. ` +
    "After that, nodes without the image can't pull it, and tasks on them are rejected. " +
    "Run `ofdeploy refresh-auth` before the tokens expire.",
});

/** The time limit of a registry lookup, in milliseconds. */
const REGISTRY_TIMEOUT_MS = 10_000;

/** Asks the registry of an image from this manager. @returns the error of the lookup; undefined if the registry has it. */
export async function registryError(
  engine: DockerEngine,
  image: string,
  options: CallOptions = {},
): Promise<DeploymentError | undefined> {
  try {
    await engine.images.digest(image, { ...options, timeoutMs: REGISTRY_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (DeploymentError.isInstance(error)) return error;
    throw error;
  }
}

/**
 * Asks the registry of an image whether the image exists and may be pulled.
 * @returns `IMAGE_NOT_FOUND` or `UNAUTHORIZED`; undefined if the registry has the image or can't be reached.
 * @throws DeploymentError `ABORTED`.
 */
export async function registryRefusal(
  engine: DockerEngine,
  image: string,
  options: CallOptions,
): Promise<DeploymentError | undefined> {
  const error = await registryError(engine, image, options);
  if (error?.code === "ABORTED") throw error;
  return error?.code === "IMAGE_NOT_FOUND" || error?.code === "UNAUTHORIZED" ? error : undefined;
}
