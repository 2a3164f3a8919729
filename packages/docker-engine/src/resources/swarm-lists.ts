import type { NamedResources, Nodes, Tasks } from "../engine.js";
import type { NamedResource, NodeDetails, TaskDetails } from "../engine-types.js";
import type { EngineClient } from "../transport/engine-client.js";
import { filterQuery } from "./path.js";

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
  };
}
