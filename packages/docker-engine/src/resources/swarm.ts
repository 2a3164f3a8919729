import { namedResourcesShape, nodesShape, objectShape, tasksShape } from "../answers/shapes.js";
import type Docker from "dockerode";
import { filterQuery, queryAndBody, segment } from "../connection/dockerode.js";
import type { EngineClient } from "../connection/engine-client.js";
import type { NamedResources, Nodes, Tasks } from "../engine.js";

export function tasksOf(client: EngineClient): Tasks {
  return {
    list: async (filters, options) =>
      client.json(
        { action: "list tasks", swarm: true, read: true },
        tasksShape,
        (docker, abortSignal) => docker.listTasks({ ...filterQuery(filters), abortSignal }),
        options,
      ),
  };
}

export function nodesOf(client: EngineClient): Nodes {
  return {
    list: async (options) =>
      client.json(
        { action: "list nodes", swarm: true, read: true },
        nodesShape,
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
      client.json(
        { action: `list ${kind}`, swarm: true, read: true },
        namedResourcesShape,
        (docker, abortSignal) => list(docker, { ...filterQuery(filters), abortSignal }),
        options,
      ),
    async create(body, options) {
      const { Name = "without a name" } = body as { Name?: string };
      const { id } = await client.json(
        { action: `create ${one} ${Name}`, swarm: true },
        objectShape,
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
