import type { Networks } from "../engine.js";
import type { NetworkDetails } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";
import { explainConnect } from "./explain-container.js";
import { filterQuery, segment } from "./path.js";

export function networksOf(client: EngineClient): Networks {
  return {
    list: async (filters, options) =>
      client.json<NetworkDetails[]>(
        { method: "GET", path: "/networks", query: filterQuery(filters), action: "list networks" },
        options,
      ),
    inspect: async (name, options) =>
      client.json<NetworkDetails>(
        { method: "GET", path: `/networks/${segment(name)}`, action: `inspect network ${name}` },
        options,
      ),
    async create(body, options) {
      const { Name } = body as { Name?: string };
      const call = { method: "POST", path: "/networks/create", body, action: `create network ${Name}` } as const;
      const { Id, Warning } = await client.json<{ Id: string; Warning?: string }>(call, options);
      return Warning ? { id: Id, warning: Warning } : { id: Id };
    },
    async connect(name, body, options) {
      const path = `/networks/${segment(name)}/connect`;
      try {
        await client.send({ method: "POST", path, body, action: `connect to network ${name}` }, options);
      } catch (error) {
        throw await explainConnect(error, client, name, options);
      }
    },
    async remove(name, options) {
      await (await client.dialect(options)).mayRemoveNetwork(client, name, options);
      const path = `/networks/${segment(name)}`;
      await client.send({ method: "DELETE", path, action: `remove network ${name}` }, options);
    },
  };
}
