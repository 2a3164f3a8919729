import { DeploymentError, type DeploymentWarning, type NormalizedRequest } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/** The image a service is made with. */
export interface ResolvedImage {
  image: string;
  warnings: DeploymentWarning[];
}

/**
 * For the pull policy `always`: the image pinned to the digest that its registry gives now, so that every node runs the
 * same. For `missing`: the image as given.
 * @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`; in strict mode, `UNSUPPORTED` where no registry answers.
 */
export async function resolveImage(
  engine: DockerEngine,
  { image, imagePullPolicy, name: service }: NormalizedRequest,
  { signal, strict }: { signal?: AbortSignal; strict?: boolean },
): Promise<ResolvedImage> {
  if (imagePullPolicy !== "always" || image.includes("@")) return { image, warnings: [] };
  try {
    return { image: `${image}@${await engine.images.digest(image, { signal })}`, warnings: [] };
  } catch (error) {
    if (!DeploymentError.isInstance(error) || !UNANSWERED.has(error.code)) throw error;
    const reason =
      `The registry of ${image} did not tell its digest (${error.message.replace(/\.$/, "")}): ` +
      "each node runs what it has, or pulls by itself, and nodes may differ.";
    if (strict) {
      throw new DeploymentError("UNSUPPORTED", reason, {
        service,
        field: "imagePullPolicy",
        hint: "Make the registry reachable from the manager, name the image by digest, or do without strict mode.",
        cause: error.cause,
      });
    }
    const warning = { code: "DIGEST_NOT_RESOLVED", service, strategy: "swarm", field: "imagePullPolicy", reason } as const;
    return { image, warnings: [warning] };
  }
}

/** No registry answered, or with an error of its own; that it refused or does not have the image is another matter. */
const UNANSWERED: ReadonlySet<string> = new Set(["ENGINE_ERROR", "TIMEOUT", "ENGINE_UNREACHABLE"]);
