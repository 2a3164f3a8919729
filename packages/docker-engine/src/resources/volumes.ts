import type { Volumes } from "../engine.js";
import type { VolumeDetails } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";
import { filterQuery, segment } from "./path.js";

export function volumesOf(client: EngineClient): Volumes {
  const inspect: Volumes["inspect"] = (name, options) =>
    client.json<VolumeDetails>(
      { method: "GET", path: `/volumes/${segment(name)}`, action: `inspect volume ${name}` },
      options,
    );
  return {
    async list(filters, options) {
      const call = { method: "GET", path: "/volumes", query: filterQuery(filters), action: "list volumes" } as const;
      const { Volumes } = await client.json<{ Volumes?: VolumeDetails[] | null }>(call, options);
      return Volumes ?? [];
    },
    inspect,
    async create(body, options) {
      const { Name } = body as { Name?: string };
      const action = `create volume ${Name ?? "without a name"}`;
      const { isVolumeThere } = await client.dialect(options);
      try {
        return await client.json<VolumeDetails>({ method: "POST", path: "/volumes/create", body, action }, options);
      } catch (error) {
        if (Name === undefined || !isVolumeThere(error)) throw error;
        return inspect(Name, options);
      }
    },
    async remove(name, options) {
      await client.send(
        { method: "DELETE", path: `/volumes/${segment(name)}`, action: `remove volume ${name}` },
        options,
      );
    },
  };
}
