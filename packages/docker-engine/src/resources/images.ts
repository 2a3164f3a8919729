import { DeploymentError } from "@openfactory/deploy-core";
import type { RegistryAuth } from "../credentials/registry-auth.js";
import type { Images } from "../engine.js";
import type { ImageDetails } from "../engine-types.js";
import { engineFault } from "../errors/engine-error.js";
import { pullError } from "../errors/pull-error.js";
import { splitReference, withDefaultTag } from "../credentials/reference.js";
import { pullEvents } from "../streams/pull-events.js";
import type { EngineClient } from "../transport/engine-client.js";
import { imagePath } from "./path.js";

/** Engines answer 500 for much that a registry says: there, the text tells. */
function registryFault(error: unknown, image: string): unknown {
  const fault = DeploymentError.isInstance(error, "ENGINE_ERROR") ? engineFault(error) : undefined;
  return fault?.statusCode === undefined ? error : pullError(fault.message, image, fault.statusCode);
}

export function imagesOf(client: EngineClient, auth: RegistryAuth): Images {
  return {
    inspect: async (image, options) =>
      client.json<ImageDetails>(
        { method: "GET", path: `/images/${imagePath(image)}/json`, action: `inspect image ${image}`, image },
        options,
      ),
    async pull(image, options = {}) {
      const { name, version } = splitReference(withDefaultTag(image));
      const call = {
        method: "POST",
        path: "/images/create",
        query: { fromImage: name, tag: version },
        headers: await auth.headers(image, options),
        action: `pull image ${image}`,
        image,
      } as const;
      try {
        for await (const event of pullEvents(client.stream(call, options), image)) options.onEvent?.(event);
      } catch (error) {
        throw registryFault(error, image);
      }
    },
    async digest(image, options = {}) {
      const call = {
        method: "GET",
        path: `/distribution/${imagePath(withDefaultTag(image))}/json`,
        headers: await auth.headers(image, options),
        action: `ask the registry for image ${image}`,
        image,
      } as const;
      try {
        const { Descriptor } = await client.json<{ Descriptor: { digest: string } }>(call, options);
        return Descriptor.digest;
      } catch (error) {
        throw registryFault(error, image);
      }
    },
  };
}
