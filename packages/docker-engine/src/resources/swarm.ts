import type Docker from "dockerode";
import { filterQuery, queryAndBody, segment } from "../connection/dockerode.js";
import type { EngineClient } from "../connection/engine-client.js";
import type { NamedResources, Nodes, Tasks } from "../engine.js";
import type { NamedResource, NodeDetails, TaskDetails } from "../engine-types.js";

export function tasksOf(client: EngineClient): Tasks {
  return {
    list: async (filters, options) =>
      client.json<TaskDetails[]>(
        { action: "list tasks", swarm: true, read: true },
        (docker, abortSignal) => docker.listTasks({ ...filterQuery(filters), abortSignal }),
        options,
      ),
  };
}

export function nodesOf(client: EngineClient): Nodes {
  return {
    list: async (options) =>
      client.json<NodeDetails[]>(
        { action: "list nodes", swarm: true, read: true },
        (docker, abortSignal) => docker.listNodes({ abortSignal }),
        options,
      ),
  };
}

/** dockerode's methods of both kinds. */
const METHODS = {
  secrets: {
    list: (docker: Docker, query: object) => docker.listSecrets(query),
    create: (docker: Docker, body: object) => docker.createSecret(body),
    remove: (docker: Docker, id: string, abortSignal: AbortSignal) => docker.getSecret(id).remove({ abortSignal }),
  },
  configs: {
    list: (docker: Docker, query: object) => docker.listConfigs(query),
    create: (docker: Docker, body: object) => docker.createConfig(body),
    remove: (docker: Docker, id: string, abortSignal: AbortSignal) => docker.getConfig(id).remove({ abortSignal }),
  },
};

export function namedResourcesOf(client: EngineClient, kind: "secrets" | "configs"): NamedResources {
  const { list, create, remove } = METHODS[kind];
  const one = kind.slice(0, -1);
  return {
    list: async (filters, options) =>
      client.json<NamedResource[]>(
        { action: `list ${kind}`, swarm: true, read: true },
        (docker, abortSignal) => list(docker, { ...filterQuery(filters), abortSignal }),
        options,
      ),
    async create(body, options) {
      const { Name = "without a name" } = body as { Name?: string };
      const { id } = await client.json<{ id: string }>(
        { action: `create ${one} ${Name}`, swarm: true },
        (docker, abortSignal) => create(docker, { ...queryAndBody({}, body), abortSignal }),
        options,
      );
      return id;
    },
    async remove(id, options) {
      await client.send(
        { action: `remove ${one} ${id}`, swarm: true },
        (docker, abortSignal) => remove(docker, segment(id), abortSignal),
        options,
      );
    },
  };
}
