import { createdFileShape, namedResourcesShape, nodesShape, taskShape } from "../answers/shapes.js";
import type Docker from "dockerode";
import { dial, filterQuery, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import type { EngineCalls } from "../connection/engine-call.js";
import type { CallOptions, Filters, NamedResources, Nodes, Tasks } from "../engine.js";
import { listElements } from "../connection/list-answer.js";
import type { NamedResource } from "../engine-types.js";
import { createdWith, removed } from "./recheck.js";

export function tasksOf(client: Client): Tasks {
  const listEach: Tasks["listEach"] = (read, filters, options) => {
    const request = { path: "/tasks", query: filterQuery(filters) };
    return listElements(client, { action: "list tasks", request, shape: taskShape }, read, options);
  };
  return { list: (filters, options) => listEach((task) => task, filters, options), listEach };
}

export function nodesOf(client: Client): Nodes {
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
    remove: (docker: Docker, id: string, abortSignal: AbortSignal) => docker.getSecret(id).remove({ abortSignal }),
  },
  configs: {
    list: (docker: Docker, query: object) => docker.listConfigs(query),
    remove: (docker: Docker, id: string, abortSignal: AbortSignal) => docker.getConfig(id).remove({ abortSignal }),
  },
};

export function namedResourcesOf(client: Client, kind: "secrets" | "configs"): NamedResources {
  const { list, remove } = METHODS[kind];
  const one = kind.slice(0, -1);
  const listOn = (calls: EngineCalls, filters?: Filters, options?: CallOptions): Promise<NamedResource[]> =>
    calls.json(
      { action: `list ${kind}`, swarm: true, read: true },
      namedResourcesShape,
      (docker, abortSignal) => list(docker, { ...filterQuery(filters), abortSignal }),
      options,
    );
  return {
    list: (filters, options) => listOn(client, filters, options),
    async create(body, options) {
      const { Name = "without a name", Labels } = body as { Name?: string; Labels?: Record<string, string> };
      const recheck = createdWith(
        Labels,
        async (calls, at) => (await listOn(calls, { name: [Name] }, at)).find(({ Spec }) => Spec.Name === Name),
        ({ Spec }) => Spec.Labels,
        ({ ID }) => ({ ID }),
      );
      const { ID } = await client.json(
        { action: `create ${one} ${Name}`, swarm: true, recheck },
        createdFileShape,
        // Not dockerode's createSecret() and createConfig(): an answer that is not an object ends the process.
        (docker, signal) => dial(docker, { method: "POST", path: `/${kind}/create`, body }, signal),
        options,
      );
      return ID;
    },
    async remove(id, options) {
      const find = async (calls: EngineCalls, at: CallOptions) => (await listOn(calls, { id: [id] }, at))[0];
      await client.send(
        { action: `remove ${one} ${id}`, swarm: true, recheck: removed(find) },
        (docker, abortSignal) => remove(docker, segment(id), abortSignal),
        options,
      );
    },
  };
}
