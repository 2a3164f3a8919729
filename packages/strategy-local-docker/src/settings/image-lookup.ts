import { DeploymentError } from "@openfactory/deploy-core";
import type { DockerEngine, ImageDetails } from "@openfactory/docker-engine";

/** Looks at an image by reference or id; undefined: the engine does not have it (any more). */
export type ImageLookup = (image: string) => Promise<ImageDetails | undefined>;

/** So long what was found holds: a run asks for the image of a hundred services within moments. */
const KEPT_MS = 2_000;

interface Asked {
  readonly at: number;
  readonly found: Promise<ImageDetails | undefined>;
}

const askedOf = new WeakMap<DockerEngine, Map<string, Asked>>();

/** Looks at each image once, whoever asks for it within moments. Not given a signal: others wait for the same answer. */
export function imageLookup(engine: DockerEngine): ImageLookup {
  const asked = askedOf.get(engine) ?? new Map<string, Asked>();
  askedOf.set(engine, asked);
  return (image) => {
    const known = asked.get(image);
    if (known !== undefined && Date.now() - known.at < KEPT_MS) return known.found;
    const found = look(engine, image);
    asked.set(image, { at: Date.now(), found });
    found.catch(() => asked.get(image)?.found === found && asked.delete(image));
    return found;
  };
}

/** An image that was pulled is there now, or is another one. */
export const forgetImage = (engine: DockerEngine, image: string): void => void askedOf.get(engine)?.delete(image);

async function look(engine: DockerEngine, image: string): Promise<ImageDetails | undefined> {
  try {
    return await engine.images.inspect(image);
  } catch (error) {
    if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return undefined;
    throw error;
  }
}
