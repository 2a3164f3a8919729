import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, ImageDetails } from "@openfactory/docker-engine";

/** Looks at an image by reference or id; undefined: the engine does not have it (any more). */
export type ImageLookup = (image: string) => Promise<ImageDetails | undefined>;

/** Looks at each image once, however often it is asked for. */
export function imageLookup(engine: DockerEngine, { signal }: OperationOptions = {}): ImageLookup {
  const asked = new Map<string, Promise<ImageDetails | undefined>>();
  const look = async (image: string): Promise<ImageDetails | undefined> => {
    try {
      return await engine.images.inspect(image, { signal });
    } catch (error) {
      if (DeploymentError.isInstance(error, "IMAGE_NOT_FOUND")) return undefined;
      throw error;
    }
  };
  return (image) => {
    const found = asked.get(image) ?? look(image);
    asked.set(image, found);
    return found;
  };
}
