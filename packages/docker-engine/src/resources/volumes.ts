import type { Volumes } from "../engine.js";
import type { VolumeDetails } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";
import { filterQuery, segment } from "./path.js";

export function volumesOf(client: EngineClient): Volumes {
  return {
    async list(filters, options) {
      const call = { method: "GET", path: "/volumes", query: filterQuery(filters), action: "list volumes" } as const;
      const { Volumes } = await client.json<{ Volumes?: VolumeDetails[] | null }>(call, options);
      return Volumes ?? [];
    },
    inspect: async (name, options) =>
      client.json<VolumeDetails>(
        { method: "GET", path: `/volumes/${segment(name)}`, action: `inspect volume ${name}` },
        options,
      ),
    async create(body, options) {
      const { Name } = body as { Name?: string };
      return client.json<VolumeDetails>(
        { method: "POST", path: "/volumes/create", body, action: `create volume ${Name ?? "without a name"}` },
        options,
      );
    },
    async remove(name, options) {
      await client.send(
        { method: "DELETE", path: `/volumes/${segment(name)}`, action: `remove volume ${name}` },
        options,
      );
    },
  };
}
