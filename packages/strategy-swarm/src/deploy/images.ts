import {
  DeploymentError,
  type DeploymentWarning,
  imageText,
  type NormalizedRequest,
  parseImageReference,
} from "@openfactory/deploy-core";
import {
  type CallOptions,
  credentialsWarning,
  type DockerEngine,
  engineFault,
  registryOf,
  registryTrouble,
  type ShortLived,
  troubleHint,
} from "@openfactory/docker-engine";

/** The image a service is made with, or changed to. */
export interface ResolvedImage {
  /** As it stands in the service's spec: with tag and digest where it is pinned. */
  image: string;
  /** The image whose registry's credentials the service stores for its nodes; none: it stores none. */
  authFor?: string;
  warnings: DeploymentWarning[];
}

export interface ResolveImageOptions {
  signal?: AbortSignal;
  /** Refuse an image that no registry tells the digest of. Default false. */
  strict?: boolean;
}

/**
 * The image as its pull policy asks for it: for `always`, pinned to the digest that its registry gives now, so that every
 * node runs the same; else as given. One call for those who ask for one image at the same time, and no call else.
 * @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`; in strict mode, `UNSUPPORTED` where no registry answers.
 */
export async function resolveImage(
  engine: DockerEngine,
  request: Pick<NormalizedRequest, "image" | "imagePullPolicy" | "name">,
  options: ResolveImageOptions,
): Promise<ResolvedImage> {
  const { image, imagePullPolicy, name: service } = request;
  const reference = parseImageReference(image);
  // Nobody is asked for credentials that nobody will be shown.
  if (imagePullPolicy === "never" || "id" in reference) return { image, warnings: [] };
  const note = await engine.images.credentials(image, { signal: options.signal });
  const warnings = [
    ...credentialsWarning(service, "swarm", note),
    ...(note?.shortLived === undefined ? [] : [shortLivedWarning(service, note.registry, note.shortLived)]),
  ];
  if (imagePullPolicy !== "always" || reference.digest !== undefined) return { image, authFor: image, warnings };
  try {
    const digest = await engine.images.digest(image, { signal: options.signal });
    return { image: `${imageText(reference)}@${digest}`, authFor: image, warnings };
  } catch (error) {
    return { image, authFor: image, warnings: [...warnings, notResolved(error, request, options)] };
  }
}

/** No registry answered, or with an error of its own; that it refused or does not have the image is another matter. */
const UNANSWERED: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT"]);

/** What to do about a registry that answers, and gives nothing; of one that does not answer, the words say it. */
function remedy(error: DeploymentError, registry: string): string {
  const trouble = registryTrouble(error);
  return trouble === undefined || trouble === "unreachable" ? "" : ` ${troubleHint(trouble, registry)}`;
}

/** What follows from a digest that nobody told. @throws the error itself, or that it is refused. */
function notResolved(
  error: unknown,
  { image, name: service }: Pick<NormalizedRequest, "image" | "name">,
  { strict }: ResolveImageOptions,
): DeploymentWarning {
  if (!DeploymentError.isInstance(error) || !UNANSWERED.has(error.code)) throw error;
  const words = (engineFault(error)?.message ?? error.message).replace(/\.?\s*$/, "");
  const reason =
    `The registry ${registryOf(image)} did not tell the digest of ${image} (${words}): ` +
    `each node runs what it has, or pulls by itself, and nodes may differ.${remedy(error, registryOf(image) ?? image)}`;
  if (!strict) return { code: "DIGEST_NOT_RESOLVED", service, strategy: "swarm", field: "imagePullPolicy", reason };
  throw new DeploymentError("UNSUPPORTED", reason, {
    service,
    field: "imagePullPolicy",
    hint: "Make the registry reachable from the manager, name the image by digest, or do without strict mode.",
    cause: error.cause,
  });
}

/** A service keeps the credentials that it was made with, and its nodes pull with these for as long as it runs. */
const shortLivedWarning = (
  service: string,
  registry: string,
  { issuer, lasting }: ShortLived,
): DeploymentWarning => ({
  code: "SHORT_LIVED_CREDENTIALS",
  service,
  strategy: "swarm",
  field: "image",
  reason:
    `The credentials for ${registry} that the service stores are tokens of ${issuer}, which last ${lasting} at the most: ` +
    "a node that lacks the image can't pull it any more then, and its tasks are rejected. " +
    "Run `ofdeploy refresh-auth` more often than that.",
});

/** How long a registry has to answer. */
const TIMEOUT_MS = 10_000;

/**
 * What an image's registry says against it: that it does not have it, or does not give it to us. One that can't be asked
 * says nothing.
 * @throws DeploymentError `ABORTED`.
 */
export async function registryRefusal(
  engine: DockerEngine,
  image: string,
  options: CallOptions,
): Promise<DeploymentError | undefined> {
  try {
    await engine.images.digest(image, { ...options, timeoutMs: TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND") || DeploymentError.isInstance(error, "UNAUTHORIZED"))
      return error;
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return undefined;
  }
}

/** What the registry of an image answers to this manager; undefined: it has the image. */
export async function registryError(engine: DockerEngine, image: string): Promise<DeploymentError | undefined> {
  try {
    await engine.images.digest(image, { timeoutMs: TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (DeploymentError.isInstance(error)) return error;
    throw error;
  }
}

/** Whether the manager's own node has an image: no other can be asked. */
export async function isImageOnManager(engine: DockerEngine, image: string, options: CallOptions): Promise<boolean> {
  try {
    await engine.images.inspect(image, options);
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return false;
    throw error;
  }
}
