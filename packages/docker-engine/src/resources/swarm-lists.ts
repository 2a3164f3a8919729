import type { NamedResources, Nodes, Tasks } from "../engine.js";
import type { NamedResource, NodeDetails, TaskDetails } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";
import { filterQuery, segment } from "./path.js";

export function tasksOf(client: EngineClient): Tasks {
  return {
    list: async (filters, options) =>
      client.json<TaskDetails[]>(
        { method: "GET", path: "/tasks", query: filterQuery(filters), action: "list tasks", swarm: true },
        options,
      ),
  };
}

export function nodesOf(client: EngineClient): Nodes {
  return {
    list: async (options) =>
      client.json<NodeDetails[]>({ method: "GET", path: "/nodes", action: "list nodes", swarm: true }, options),
  };
}

/** Secrets or configs. */
export function namedResourcesOf(client: EngineClient, kind: "secrets" | "configs"): NamedResources {
  return {
    list: async (filters, options) =>
      client.json<NamedResource[]>(
        { method: "GET", path: `/${kind}`, query: filterQuery(filters), action: `list ${kind}`, swarm: true },
        options,
      ),
    async create(body, options) {
      const { Name = "without a name" } = body as { Name?: string };
      const action = `create ${kind.slice(0, -1)} ${Name}`;
      const { ID } = await client.json<{ ID: string }>(
        { method: "POST", path: `/${kind}/create`, body, action, swarm: true },
        options,
      );
      return ID;
    },
    async remove(id, options) {
      const action = `remove ${kind.slice(0, -1)} ${id}`;
      await client.send({ method: "DELETE", path: `/${kind}/${segment(id)}`, action, swarm: true }, options);
    },
  };
}
