import { volumeShape, volumesShape } from "../answers/shapes.js";
import { dial, filterQuery, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import { inspectVolume } from "../connection/shared-calls.js";
import type { CallOptions, DockerEngine, Volumes } from "../engine.js";
import { listedName } from "./containers.js";

export function volumesOf(client: Client): Volumes {
  return {
    async list(filters, options) {
      const { Volumes } = await client.json(
        { action: "list volumes", read: true },
        volumesShape,
        (docker, abortSignal) => docker.listVolumes({ ...filterQuery(filters), abortSignal }),
        options,
      );
      return Volumes ?? [];
    },
    inspect: (name, options) => inspectVolume(client, name, options),
    async create(body, options) {
      const { Name } = body as { Name?: string };
      const { isVolumeExistsError } = await client.dialect(options);
      try {
        return await client.json(
          { action: `create volume ${Name ?? "without a name"}` },
          volumeShape,
          // Not dockerode's createVolume(): it returns only the name.
          (docker, signal) => dial(docker, { method: "POST", path: "/volumes/create", body }, signal),
          options,
        );
      } catch (error) {
        if (Name === undefined || !isVolumeExistsError(error)) throw error;
        return inspectVolume(client, Name, options);
      }
    },
    async remove(name, options) {
      await client.send(
        { action: `remove volume ${name}` },
        (docker, abortSignal) => docker.getVolume(segment(name)).remove({ abortSignal }),
        options,
      );
    },
  };
}

/** The containers of this engine that use a volume, sorted: `container web`. */
export async function volumeUsers(engine: DockerEngine, name: string, options: CallOptions = {}): Promise<string[]> {
  const containers = await engine.containers.list({ volume: [name] }, options);
  return containers.map((container) => `container ${listedName(container)}`).sort();
}
