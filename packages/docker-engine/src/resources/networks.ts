import type { Networks } from "../engine.js";
import type { NetworkDetails } from "../engine-types.js";
import { dial, filterQuery, segment } from "../transport/dockerode.js";
import type { EngineClient } from "../transport/engine-client.js";
import { inspectNetworkOf } from "../transport/lookups.js";
import { explainConnect } from "./explain-container.js";

export function networksOf(client: EngineClient): Networks {
  return {
    list: async (filters, options) =>
      client.json<NetworkDetails[]>(
        { action: "list networks", read: true },
        (docker, abortSignal) => docker.listNetworks({ ...filterQuery(filters), abortSignal }),
        options,
      ),
    inspect: (name, options) => inspectNetworkOf(client, name, `inspect network ${name}`, options),
    async create(body, options) {
      const { Name } = body as { Name?: string };
      const { Id, Warning } = await client.json<{ Id: string; Warning?: string }>(
        { action: `create network ${Name}` },
        // Not dockerode's createNetwork(): it drops the warning.
        (docker, signal) => dial(docker, { method: "POST", path: "/networks/create", body }, signal),
        options,
      );
      return Warning ? { id: Id, warning: Warning } : { id: Id };
    },
    async connect(name, body, options) {
      try {
        await client.send(
          { action: `connect to network ${name}` },
          (docker, abortSignal) => docker.getNetwork(segment(name)).connect({ ...body, abortSignal } as object),
          options,
        );
      } catch (error) {
        throw await explainConnect(error, client, name, options);
      }
    },
    async remove(name, options) {
      await (await client.dialect(options)).mayRemoveNetwork(client, name, options);
      await client.send(
        { action: `remove network ${name}` },
        (docker, abortSignal) => docker.getNetwork(segment(name)).remove({ abortSignal }),
        options,
      );
    },
  };
}
