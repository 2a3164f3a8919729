import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import { type DockerEngine, engineFault, registryTrouble } from "@openfactory/docker-engine";
import { type ImageLookup, imageLookup } from "../images.js";
import { eachBounded } from "../map-limit.js";
import type { Candidate, Finding } from "./candidate.js";

const LOOKS_AT_ONCE = 8;
/** A registry that takes longer to answer is not in reach. */
const REGISTRY_TIMEOUT_MS = 15_000;

/** Tells what stands in the way of a candidate's image. */
export type ImageCheck = (candidate: Candidate) => Finding[];

/**
 * Looks for each image once: on the engine, and, where that has none or the pull policy is `always`, in its registry. A
 * registry that can't be asked stands in the way of an image only that the engine does not have.
 */
export async function checkImages(
  engine: DockerEngine,
  candidates: readonly Candidate[],
  options: OperationOptions,
): Promise<ImageCheck> {
  const wanted = new Map(candidates.map((candidate) => [keyOf(candidate), candidate.request]));
  const onEngine = imageLookup(engine);
  const findings = await eachBounded(
    LOOKS_AT_ONCE,
    [...wanted],
    async ([key, request]): Promise<[string, Finding[]]> => {
      const { image, imagePullPolicy = "missing" } = request;
      if (imagePullPolicy !== "always" && (await onEngine(image)) !== undefined) return [key, []];
      return [
        key,
        imagePullPolicy === "never"
          ? [notLoaded(engine, image)]
          : await findInRegistry(engine, image, onEngine, options),
      ];
    },
  );
  const found = new Map(findings);
  return (candidate) => found.get(keyOf(candidate)) ?? [];
}

const keyOf = ({ request: { image, imagePullPolicy = "missing" } }: Candidate): string => `${imagePullPolicy} ${image}`;

const notLoaded = ({ host }: DockerEngine, image: string): Finding => ({
  code: "IMAGE_NOT_FOUND",
  field: "image",
  message: `${host} does not have the image ${image}, and the pull policy is never`,
  hint: "Load the image there (docker load) or build it, or choose another pull policy.",
});

async function findInRegistry(
  engine: DockerEngine,
  image: string,
  onEngine: ImageLookup,
  { signal }: OperationOptions,
): Promise<Finding[]> {
  try {
    await engine.images.digest(image, { signal, timeoutMs: REGISTRY_TIMEOUT_MS });
    return [];
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED" || error.code === "ENGINE_UNREACHABLE")
      throw error;
    // An engine that asks no registry says nothing against an image.
    if (error.code === "UNSUPPORTED") return [];
    if (error.code === "IMAGE_NOT_FOUND" || error.code === "UNAUTHORIZED") {
      const { code, message, hint = "" } = error;
      return [{ code, field: "image", message: message.replace(/\.$/, ""), hint }];
    }
    // A deploy goes on with what the engine has, and warns of it.
    if ((await onEngine(image)) !== undefined) return [];
    const trouble = registryTrouble(error);
    if (trouble === "rate-limited" || trouble === "unavailable") {
      return [
        {
          code: error.code,
          field: "image",
          message: error.message.replace(/\.$/, ""),
          hint: error.hint ?? "Try again later.",
        },
      ];
    }
    const words = (engineFault(error)?.message ?? error.message).replace(/\.$/, "");
    return [
      {
        code: "IMAGE_NOT_FOUND",
        field: "image",
        message: `${image} can't be got: its registry can't be asked (${words})`,
        hint: "Check the image's name and tag, and that the engine reaches its registry; or build or load it there.",
      },
    ];
  }
}
